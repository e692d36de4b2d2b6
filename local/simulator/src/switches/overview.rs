//! How much of everything there is, so that a test can say "exactly one OAuth client".

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::bank::SharedBank;
use crate::books::{OauthClientStatus, Owner};

pub(super) async fn show(State(bank): State<SharedBank>) -> Json<Value> {
    let bank = bank.lock();
    let (books, now) = (&bank.books, bank.now());
    let in_use = |id: u64| {
        books.devices.iter().any(|device| device.installation_id == id)
            || books.sessions.iter().any(|session| session.installation_id == id && session.is_alive(now))
    };
    let active = |status: &OauthClientStatus| *status == OauthClientStatus::Active;
    let usable = books.credentials.iter().filter(|credential| credential.is_usable(now));
    let (psp, consents): (Vec<_>, Vec<_>) =
        usable.partition(|credential| matches!(credential.owner, Owner::Psp { .. }));
    Json(json!({
        "installations": books.installations.len(),
        "installations_in_use": books.installations.iter().filter(|installation| in_use(installation.id)).count(),
        "psp_users": books.psp_users.len(),
        "psp_credentials": psp.len(),
        "devices": books.devices.len(),
        "sessions": books.sessions.iter().filter(|session| session.is_alive(now)).count(),
        "oauth_clients": books.oauth_clients.iter().filter(|client| active(&client.status)).count(),
        "callback_urls": books.callback_urls.len(),
        "user_api_keys": books.user_api_keys.len(),
        "access_tokens": consents.len(),
    }))
}
