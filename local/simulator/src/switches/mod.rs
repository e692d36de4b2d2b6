//! What a test or a developer turns on this bank: settings, faults, revocations, and a look inside. None of it exists
//! at the real bank, so all of it lives under `/_simulator`; only the page that stands for the app has a path of its
//! own.

pub(crate) mod calls;
mod egress_ip;
pub(crate) mod faults;
mod issuer_transactions;
mod money;
mod overview;
mod page;
mod people;
mod reference;
mod settings;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::app;
use crate::bank::SharedBank;
use crate::forms;
use crate::money::decision::DecisionError;
use crate::oauth::consent_page;
use crate::pay;
use crate::wire::call::{takes_html, value_of};

/// Whether an address is one of ours rather than the bank's. At the root the bank has its pay page.
pub(crate) fn owns(uri: &Uri) -> bool {
    let path = uri.path();
    let pays = || value_of(uri.query().unwrap_or_default().as_bytes(), pay::TRANSACTION).is_some();
    (path == "/" && !pays()) || app::owns(path) || path == "/_simulator" || path.starts_with("/_simulator/")
}

pub(crate) fn router(bank: SharedBank) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route(consent_page::STYLE_PATH, get(page::style))
        .route("/_simulator", get(reference::show))
        .route("/_simulator/settings", get(settings::show).patch(settings::merge).post(settings::merge))
        .route("/_simulator/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_simulator/calls", get(calls::list).delete(calls::clear))
        .route("/_simulator/overview", get(overview::show))
        .route("/_simulator/customers", get(people::list))
        .route("/_simulator/payments", post(money::arrive))
        .route("/_simulator/draft", post(money::decide_draft))
        .route("/_simulator/request", post(money::decide_request))
        .route("/_simulator/issuer-transaction", post(issuer_transactions::decide))
        .route("/_simulator/objects", get(money::objects))
        .route("/_simulator/egress-ip", get(egress_ip::show))
        .route("/_simulator/revoke", post(people::revoke))
        .route("/_simulator/expire-sessions", post(people::expire_sessions))
        .layer(middleware::from_fn(json_only))
        // The answer of a fault may be as large as any bank's.
        .layer(DefaultBodyLimit::disable())
        .merge(app::router())
        .fallback(nothing)
        .with_state(bank)
}

/// Refuses a change that does not say that it is JSON. A page of another site can send neither JSON nor DELETE before
/// it has asked for permission (a CORS preflight), which nothing here gives.
async fn json_only(request: Request, next: Next) -> Response {
    let bodiless = request.method() == Method::DELETE && request.body().is_end_stream();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if request.method().is_safe() || bodiless || kind.eq_ignore_ascii_case("application/json") {
        next.run(request).await
    } else {
        SwitchError::NotJson.into_response()
    }
}

/// A path below those of this router that leads nowhere.
async fn nothing(headers: HeaderMap, uri: Uri) -> Response {
    if takes_html(&headers) {
        return forms::response(consent_page::nothing_here(uri.path()));
    }
    let body = json!({"error": "there is nothing here"}).to_string();
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Why a switch was not turned.
#[derive(Debug, thiserror::Error)]
enum SwitchError {
    #[error("a switch takes JSON: send Content-Type: application/json")]
    NotJson,
    #[error("the body is not understood: {0}")]
    Body(#[from] serde_json::Error),
    #[error(
        "no endpoint of this bank is called \"{0}\"; GET /_simulator/calls names those that were called, such as GET user/{{user-id}}/monetary-account"
    )]
    UnknownEndpoint(String),
    #[error("a fault cannot have this {0}")]
    BadFault(&'static str),
    #[error("no customer of this bank is called \"{0}\"")]
    UnknownCustomer(String),
    #[error("the bank has no issuer transaction \"{0}\"")]
    UnknownTransaction(String),
    #[error("the customer has no such account, or none that this bank holds")]
    NoSuchAccount,
    #[error("the count must be from 1 to {0}")]
    BadCount(u64),
    #[error("{0}")]
    Decision(#[from] DecisionError),
}

impl IntoResponse for SwitchError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(_) | Self::UnknownEndpoint(_) | Self::BadFault(_) | Self::BadCount(_) => StatusCode::BAD_REQUEST,
            Self::UnknownCustomer(_)
            | Self::UnknownTransaction(_)
            | Self::NoSuchAccount
            | Self::Decision(DecisionError::Unknown { .. }) => StatusCode::NOT_FOUND,
            Self::Decision(DecisionError::NotPending { .. } | DecisionError::TooLittle | DecisionError::Itself) => {
                StatusCode::CONFLICT
            }
        };
        let body = json!({"error": self.to_string()}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

/// A body in JSON; no body is an empty object.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
}

/// Names a customer in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedCustomer {
    customer: String,
}
