//! Reads `Idempotency-Key`: the caller's name for one request, the same on every retry
//! (draft-ietf-httpapi-idempotency-key-header).

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{Place, Problem};
use crate::types::idempotency::IdempotencyKey;

/// The idempotency key of a request: the key in the header, or a new random key if the header is absent.
#[derive(Clone, Debug)]
pub struct IdempotencyHeader(IdempotencyKey);

impl IdempotencyHeader {
    /// Returns the key.
    #[must_use]
    pub const fn key(&self) -> &IdempotencyKey {
        &self.0
    }

    /// Returns the text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyHeader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut headers = parts.headers.get_all("idempotency-key").iter();
        let key = match (headers.next(), headers.next()) {
            (None, _) => return Ok(Self(IdempotencyKey::random())),
            (Some(header), None) => header.to_str().ok().and_then(|text| IdempotencyKey::parse(text).ok()),
            (Some(_), Some(_)) => None,
        };
        key.map(Self).ok_or_else(|| {
            let detail = "must be 1 to 255 printable ASCII characters, once, with both quotes or none";
            Problem::invalid(Place::Parameter("Idempotency-Key"), detail)
        })
    }
}
