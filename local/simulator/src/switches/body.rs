//! What the bodies of several switches have in common.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A body in JSON; no body is an empty object.
pub(super) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
}

/// Names a customer in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedCustomer {
    pub(super) customer: String,
}
