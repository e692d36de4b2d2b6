//! What a test or a developer turns on this bank: settings, faults, revocations, and a look inside. None of it exists
//! at the real bank, so all of it lives under `/_simulator`.

pub(crate) mod calls;
pub(crate) mod faults;
mod overview;
mod page;
mod people;
mod settings;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::bank::SharedBank;
use crate::oauth::consent_page;

/// Whether a path is one of ours rather than the bank's.
pub(crate) fn owns(path: &str) -> bool {
    path == "/" || path == "/_simulator" || path.starts_with("/_simulator/")
}

pub(crate) fn router(bank: SharedBank) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route(consent_page::STYLE_PATH, get(page::style))
        .route("/_simulator/settings", get(settings::show).patch(settings::merge).post(settings::merge))
        .route("/_simulator/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_simulator/calls", get(calls::list).delete(calls::clear))
        .route("/_simulator/overview", get(overview::show))
        .route("/_simulator/customers", get(people::list))
        .route("/_simulator/revoke", post(people::revoke))
        .route("/_simulator/expire-sessions", post(people::expire_sessions))
        .with_state(bank)
}

/// Why a switch was not turned.
#[derive(Debug, thiserror::Error)]
enum SwitchError {
    #[error("the body is not understood: {0}")]
    Body(#[from] serde_json::Error),
    #[error("no endpoint of this bank is called \"{0}\"")]
    UnknownEndpoint(String),
    #[error("a fault cannot have this {0}")]
    BadFault(&'static str),
    #[error("no customer of this bank is called \"{0}\"")]
    UnknownCustomer(String),
}

impl IntoResponse for SwitchError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Body(_) | Self::UnknownEndpoint(_) | Self::BadFault(_) => StatusCode::BAD_REQUEST,
            Self::UnknownCustomer(_) => StatusCode::NOT_FOUND,
        };
        let body = json!({"error": self.to_string()}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

/// A body in JSON. Terminals forget the content type, so it is not asked for; no body is an empty object.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
}

/// Names a customer in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedCustomer {
    customer: String,
}
