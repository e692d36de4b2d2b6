//! Does what happens outside the bank's API: a consent is revoked, or a session expires.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::records::books::Owner;
use crate::switches::body::{NamedCustomer, parsed};
use crate::switches::error::SwitchError;

/// The owner that means every payment service provider.
pub(super) const PSP: &str = "psp";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionsOf {
    /// A customer, or `psp`. `None` means every owner.
    owner: Option<String>,
}

/// Revokes every consent of a customer: its access tokens and their sessions.
pub(super) async fn revoke(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let NamedCustomer { customer } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    if bank.customers.named(&customer).is_none() {
        return Err(SwitchError::UnknownCustomer(customer));
    }
    let keys: Vec<u64> = keys_of(bank, &customer);
    let now = bank.now();
    let revoked = bank.books.revoke(|credential| keys.contains(&credential.owner.user_id()), now);
    bank.save();
    Ok(Json(json!({"revoked": revoked})))
}

/// Ends sessions before they expire.
pub(super) async fn expire_sessions(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let SessionsOf { owner } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    let users: Option<Vec<u64>> = match owner {
        None => None,
        Some(name) if name == PSP => Some(bank.books.psp_users.iter().map(|user| user.id).collect()),
        Some(name) if bank.customers.named(&name).is_some() => Some(users_of(bank, &name)),
        Some(name) => return Err(SwitchError::UnknownCustomer(name)),
    };
    let owned = |owner: &Owner| users.as_ref().is_none_or(|users| users.contains(&owner.user_id()));
    let credentials = bank.books.credentials.iter().filter(|credential| owned(&credential.owner));
    let credentials: Vec<u64> = credentials.map(|credential| credential.id).collect();
    let now = bank.now();
    let mut ended = 0;
    for session in &mut bank.books.sessions {
        if credentials.contains(&session.credential_id) && session.is_alive(now) {
            session.ended = true;
            ended += 1;
        }
    }
    bank.save();
    Ok(Json(json!({"ended": ended})))
}

/// Forgets every installation with its devices and sessions, as a reset of the bank's sandbox does. The rest stays.
pub(super) async fn forget_installations(State(desk): State<SharedDesk>) -> Json<Value> {
    let bank = &mut desk.lock().bank;
    let forgotten = bank.books.installations.len();
    bank.books.installations.clear();
    bank.books.devices.clear();
    bank.books.sessions.clear();
    bank.save();
    Json(json!({"forgotten": forgotten}))
}

/// The ids of a customer and of the customer's consents.
pub(super) fn users_of(bank: &Bank, customer: &str) -> Vec<u64> {
    let own = bank.customers.named(customer).map(|customer| customer.id);
    keys_of(bank, customer).into_iter().chain(own).collect()
}

/// The ids of a customer's consents.
fn keys_of(bank: &Bank, customer: &str) -> Vec<u64> {
    bank.books.user_api_keys.iter().filter(|key| key.customer == customer).map(|key| key.id).collect()
}
