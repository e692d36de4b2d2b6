//! What API Gateway does before a function is asked: it knows its own name, and lets nobody but IAM's users at POST /setup.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};
use url::Url;

/// Stands for API Gateway's IAM authorizer. The signature is not checked, as the embedded AWS checks none; but a page in a browser
/// cannot send this header to another origin, so it cannot set this deployment up.
pub(crate) async fn iam(request: Request, next: Next) -> Response {
    let signed = |headers: &HeaderMap| {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        header
            .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ") && value.contains("/execute-api/aws4_request"))
    };
    if signed(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, axum::Json(serde_json::json!({ "message": "Forbidden" }))).into_response()
    }
}

/// Refuses requests to any name but this machine's and the public one: a page that makes its own name lead here (DNS rebinding)
/// could otherwise read what a page of this origin can.
pub(crate) fn known_hosts(router: Router, public_url: Url) -> Router {
    router.layer(middleware::from_fn_with_state(public_url, check_host))
}

async fn check_host(State(public_url): State<Url>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let host = host.as_ref().map_or("", Authority::host);
    if Some(host) == public_url.host_str() {
        return next.run(request).await;
    }
    if !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    if request.method() == Method::GET && request.uri().path() == "/auth" {
        // The bank sends the browser back to the public name, where a cookie of this one does not come along.
        let mut there = public_url;
        there.set_path("/auth");
        there.set_query(request.uri().query());
        return Redirect::temporary(there.as_str()).into_response();
    }
    next.run(request).await
}
