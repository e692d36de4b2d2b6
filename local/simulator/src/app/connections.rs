//! The connections that a customer can see and end, as in the settings of the bank's app.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::page::{form, minute, section};
use super::{FormError, act};
use crate::bank::{Bank, SharedBank};
use crate::books::{Credential, CredentialStatus, Owner, UserApiKey};
use crate::customers::Customer;
use crate::forms::number;
use crate::oauth::authorize::app_name;
use crate::oauth::consent_page::escape;

/// The section of the customer's page.
pub(super) fn shown(bank: &Bank, customer: &Customer) -> String {
    let keys = bank.books.user_api_keys.iter().filter(|key| key.customer == customer.name);
    let live = keys.filter(|key| bank.books.credentials.iter().any(|credential| is_live(credential, key)));
    let cards = live.map(|key| card(bank, customer, key)).collect();
    section("connections", "Connections", cards, "No other app may see your accounts.")
}

fn card(bank: &Bank, customer: &Customer, key: &UserApiKey) -> String {
    let name = bank.books.psp_user(key.psp_user_id).map(|user| app_name(&user.common_name)).unwrap_or_default();
    format!(
        "<li class=\"connection\" data-connection=\"{id}\"><p><strong>{name}</strong></p>\
         <p class=\"details\">Since {since}</p>{form}</li>",
        id = key.id,
        name = escape(&name),
        since = minute(key.created),
        form = form("connection", key.id, customer, &[("end", "End this connection")]),
    )
}

fn is_live(credential: &Credential, key: &UserApiKey) -> bool {
    let of_key = matches!(&credential.owner, Owner::Consent { user_api_key_id, .. } if *user_api_key_id == key.id);
    of_key && credential.status != CredentialStatus::Revoked
}

/// Ends a connection of the customer's: its access tokens, and their sessions.
pub(super) async fn decide(State(bank): State<SharedBank>, body: Bytes) -> Response {
    act(&bank, &body, |bank, customer, decision| {
        let id = number(&body, "connection").ok_or(FormError::Incomplete)?;
        let is_own = bank.books.user_api_key(id).is_some_and(|key| key.customer == customer);
        if !is_own || decision != "end" {
            return Err(FormError::Incomplete);
        }
        let now = bank.now();
        let of_key = |credential: &Credential| matches!(&credential.owner, Owner::Consent { user_api_key_id, .. } if *user_api_key_id == id);
        bank.books.revoke(of_key, now);
        Ok(())
    })
}
