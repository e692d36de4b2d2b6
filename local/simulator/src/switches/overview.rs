//! Counts the objects of the bank, so that a test can check for exactly one OAuth client.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::records::books::{OauthClientStatus, Owner};
use crate::switches::people::{PSP, users_of};

pub(super) async fn show(State(desk): State<SharedDesk>) -> Json<Value> {
    let bank = &desk.lock().bank;
    let (books, now) = (&bank.books, bank.now());
    let in_use = |id: u64| {
        books.devices.iter().any(|device| device.installation_id == id)
            || books.sessions.iter().any(|session| session.installation_id == id && session.is_alive(now))
    };
    let active = |status: &OauthClientStatus| *status == OauthClientStatus::Active;
    let usable = books.credentials.iter().filter(|credential| credential.is_usable(now));
    let (mut psp, mut consents) = (0, 0);
    for credential in usable {
        match credential.owner {
            Owner::Psp { .. } => psp += 1,
            Owner::Consent { .. } => consents += 1,
            Owner::Customer { .. } => {}
        }
    }
    // The keys are the owners' names in the switches.
    let psp_users: Vec<u64> = books.psp_users.iter().map(|user| user.id).collect();
    let mut sessions_of = BTreeMap::from([(PSP, open_sessions(bank, &psp_users))]);
    for customer in bank.customers.iter() {
        sessions_of.insert(&customer.name, open_sessions(bank, &users_of(bank, &customer.name)));
    }
    Json(json!({
        "installations": books.installations.len(),
        "installations_in_use": books.installations.iter().filter(|installation| in_use(installation.id)).count(),
        "psp_users": books.psp_users.len(),
        "psp_credentials": psp,
        "devices": books.devices.len(),
        "sessions": books.sessions.iter().filter(|session| session.is_alive(now)).count(),
        "sessions_of": sessions_of,
        "oauth_clients": books.oauth_clients.iter().filter(|client| active(&client.status)).count(),
        "callback_urls": books.callback_urls.len(),
        "user_api_keys": books.user_api_keys.len(),
        "access_tokens": consents,
    }))
}

/// The number of open sessions of these users.
fn open_sessions(bank: &Bank, users: &[u64]) -> usize {
    let now = bank.now();
    let of_users = |credential_id| {
        bank.books.credential(credential_id).is_some_and(|credential| users.contains(&credential.owner.user_id()))
    };
    let sessions = bank.books.sessions.iter();
    sessions.filter(|session| session.is_alive(now) && of_users(session.credential_id)).count()
}
