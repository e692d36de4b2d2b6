//! The answer to a request that creates an order once.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{Holder, IdempotencyHeader, Problem, problem::REPLAYED};
use crate::{bunq::Resource, tpp::Started};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Returns the answer to a request that creates an order in our collection `R`: 201 with its location, or the problem.
/// Every answer contains the idempotency key, because a caller cannot safely repeat the request without it.
#[must_use]
pub fn created_response<R: Resource, S>(
    session: &Holder<S>,
    key: &IdempotencyHeader,
    parent: R::Parent,
    started: Result<Started, Problem>,
) -> Response {
    let mut response = match started {
        Ok(started) => success(session, &session.collection::<R>(parent), started),
        Err(problem) => problem.into_response(),
    };
    if let Ok(value) = HeaderValue::try_from(key.as_str()) {
        response.headers_mut().insert(KEY, value);
    }
    response
}

fn success<S>(session: &Holder<S>, path: &str, started: Started) -> Response {
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
