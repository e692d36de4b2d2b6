//! What a test or a developer turns on this bank: settings, faults, revocations, and a look inside. None of it exists
//! at the real bank, so all of it lives under `/_simulator`; only the page that stands for the app has a path of its
//! own.

mod app;
mod body;
mod calls;
mod egress_ip;
mod error;
mod faults;
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
use serde_json::json;

use self::error::SwitchError;
use crate::desk::SharedDesk;
use crate::pages::{self, html, pay};
use crate::wire::call::{takes_html, value_of};

/// Whether an address is one of ours rather than the bank's. At the root the bank has its pay page.
pub(crate) fn owns(uri: &Uri) -> bool {
    let path = uri.path();
    let pays = || value_of(uri.query().unwrap_or_default().as_bytes(), pay::parameters::TRANSACTION).is_some();
    (path == "/" && !pays()) || pages::app::owns(path) || path == "/_simulator" || path.starts_with("/_simulator/")
}

pub(crate) fn router(desk: SharedDesk) -> Router {
    Router::new()
        .route("/", get(page::home))
        .route(html::STYLE_PATH, get(page::style))
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
        .with_state(desk)
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
        return html::response(html::nothing_here(uri.path()));
    }
    let body = json!({"error": "there is nothing here"}).to_string();
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
