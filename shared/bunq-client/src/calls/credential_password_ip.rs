//! `/user/{id}/credential-password-ip`: the TPP's API keys at the bank, and the addresses that may use each.
//!
//! **An answer can hold an API key** (`token_value`), so it must not be passed on unchanged.

use serde::Deserialize;

use crate::Element;

/// An address that may use a key.
#[derive(Clone, Debug, Deserialize)]
pub struct PermittedIp {
    /// The address, or `*`.
    pub ip: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
}

impl Element for PermittedIp {
    const NAME: &'static str = "PermittedIp";
}
