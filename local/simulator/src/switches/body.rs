//! Reads the bodies of switches.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a JSON body. An absent body counts as an empty object.
///
/// # Errors
///
/// When the body is not JSON, or not that of this switch.
pub(super) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
}

/// A body that names a customer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedCustomer {
    pub(super) customer: String,
}
