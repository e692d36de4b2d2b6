//! The answer to a request that starts something once.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::{Holder, IdempotencyHeader, Problem, problem::REPLAYED};
use crate::{
    tpp::{Order, Started},
    types::order_reference::OrderReference,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Starts an order under the caller's key, and answers 201 with where it is: below `path`, which is its collection's.
/// `complete` may add to a good answer. The key is in the answer whatever happens: without it nobody could safely ask
/// again.
pub async fn start<S>(
    session: &Holder<S>,
    key: &IdempotencyHeader,
    (path, content): (&str, &Value),
    order: &impl Order,
    reference: Option<&OrderReference>,
    complete: impl AsyncFnOnce(u64, &mut Response),
) -> Response {
    let mut response = match session.start_once(key, path, content, order, reference).await {
        Ok(started) => {
            let id = started.id;
            let mut response = created(session, path, started);
            complete(id, &mut response).await;
            response
        }
        Err(problem) => problem.into_response(),
    };
    if let Ok(value) = HeaderValue::try_from(key.as_str()) {
        response.headers_mut().insert(KEY, value);
    }
    response
}

fn created<S>(session: &Holder<S>, path: &str, started: Started) -> Response {
    let location = session.public_url(&format!("{path}/{}", started.id));
    let Ok(location) = HeaderValue::try_from(location.as_str()) else { return Problem::internal().into_response() };
    let mut response = Response::new(Body::from(started.body));
    *response.status_mut() = StatusCode::CREATED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::LOCATION, location);
    if started.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
