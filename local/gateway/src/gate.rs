//! The stand-in for API Gateway: it authorizes `POST /setup` by signature, and serves `/auth` under one public name.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use local_aws::AccessKey;
use url::Url;

/// The largest body that API Gateway accepts: 10 MB.
pub(crate) const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// Stands in for API Gateway's IAM authorizer: accepts requests that are signed with this machine's access key.
pub(crate) async fn iam(State(access_key): State<AccessKey>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return forbidden() };
    let request = Request::from_parts(head, body);
    match access_key.verify("execute-api", &request, Timestamp::now()) {
        Ok(()) => next.run(request.map(Body::from)).await,
        Err(error) => {
            tracing::info!(%error, "a request to /setup was refused");
            forbidden()
        }
    }
}

/// The answer of API Gateway to a request without a valid signature.
fn forbidden() -> Response {
    (StatusCode::FORBIDDEN, Json(serde_json::json!({ "message": "Forbidden" }))).into_response()
}

/// Redirects a browser that opens `/auth` under another name of this machine to the public URL.
pub(crate) fn consents_at(router: Router, public_url: Url) -> Router {
    router.layer(middleware::from_fn_with_state(public_url, redirect_to_public_name))
}

async fn redirect_to_public_name(State(public_url): State<Url>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let is_public = host.as_ref().map(Authority::host) == public_url.host_str();
    if is_public || request.method() != Method::GET || request.uri().path() != "/auth" {
        return next.run(request).await;
    }
    // A tunnel may replace the public host by this machine's name. A redirect to the public URL would then loop.
    if !public_url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]")) {
        return next.run(request).await;
    }
    // The bank redirects the browser to the public URL, where a cookie of another host is not sent.
    let mut there = public_url.clone();
    there.set_path(&format!("{}/auth", public_url.path().trim_end_matches('/')));
    there.set_query(request.uri().query());
    Redirect::temporary(there.as_str()).into_response()
}
