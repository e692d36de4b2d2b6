//! Passes on the bank's answer byte for byte.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use crate::bunq::Verified;

/// An answer of the bank, whose signature was verified over exactly these bytes. It is passed on unchanged.
#[derive(Clone, Debug)]
pub struct BankAnswer(pub Verified);

impl IntoResponse for BankAnswer {
    fn into_response(self) -> Response {
        let Verified { body, response_id } = self.0;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(id) = response_id.and_then(|id| HeaderValue::try_from(id).ok()) {
            headers.insert("bunq-response-id", id);
        }
        response
    }
}
