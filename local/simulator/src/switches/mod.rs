//! The switches for tests and developers: settings, faults, revocations, and views of the bank's state. The real bank
//! has none of them, so they are all under `/_simulator`. Only the page that imitates the app has another path.

mod app;
mod body;
mod callbacks;
mod calls;
mod customers;
mod egress_ip;
mod endpoints;
mod error;
mod faults;
mod issuer_transactions;
mod money;
mod notification_filters;
mod overview;
mod page;
mod people;
mod psp_draft_payments;
mod reference;
mod settings;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde_json::json;

use self::error::SwitchError;
use crate::desk::SharedDesk;
use crate::pages::{self, html, pay};
use crate::wire::call::{takes_html, value_of};

/// Whether a request is for a switch or the app, and not for the bank. At the root the bank has its pay page.
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
        .route(
            "/_simulator/callbacks",
            get(callbacks::show).patch(callbacks::disturb).post(callbacks::disturb).delete(callbacks::clear),
        )
        .route("/_simulator/notification-filters", get(notification_filters::list).post(notification_filters::add))
        .route("/_simulator/notification-filters/{id}", delete(notification_filters::remove))
        .route("/_simulator/endpoints", get(endpoints::list))
        .route("/_simulator/overview", get(overview::show))
        .route("/_simulator/customers", get(customers::list).post(customers::add))
        .route("/_simulator/customers/schema", get(customers::schema))
        .route("/_simulator/api-key", post(customers::give_key))
        .route("/_simulator/payments", post(money::arrive))
        .route("/_simulator/change-payment", post(money::change))
        .route("/_simulator/draft", post(money::decide_draft))
        .route("/_simulator/request", post(money::decide_request))
        .route("/_simulator/issuer-transaction", post(issuer_transactions::decide))
        .route("/_simulator/psp-draft-payment", post(psp_draft_payments::decide))
        .route("/_simulator/objects", get(money::objects))
        .route("/_simulator/egress-ip", get(egress_ip::show))
        .route("/_simulator/revoke", post(people::revoke))
        .route("/_simulator/expire-sessions", post(people::expire_sessions))
        .route("/_simulator/forget-installations", post(people::forget_installations))
        .layer(middleware::from_fn(json_only))
        // A fault may contain an answer of any size.
        .layer(DefaultBodyLimit::disable())
        .merge(app::router())
        .fallback(nothing)
        .with_state(desk)
}

/// Refuses a change whose `Content-Type` is not JSON. A page of another site cannot send JSON or DELETE without a CORS
/// preflight, and no preflight succeeds here.
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

/// Answers 404 for an unknown path.
async fn nothing(headers: HeaderMap, uri: Uri) -> Response {
    if takes_html(&headers) {
        return html::response(html::nothing_here(uri.path()));
    }
    let body = json!({"error": "there is nothing here"}).to_string();
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
