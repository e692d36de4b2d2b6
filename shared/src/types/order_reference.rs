//! What a caller calls an order: an invoice's number, for instance.

use std::{fmt, str::FromStr};

use super::secret::{Secret, SecretError};

/// The text cannot be the reference of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 printable ASCII characters, without a space at either end")]
pub struct OrderReferenceError;

/// 1 to 64 printable ASCII characters. Kept sealed, and never printed: what a caller writes can be about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderReference(String);

impl OrderReference {
    /// The longest there is.
    pub const LONGEST: usize = 64;
    /// What it must look like, as a pattern of JSON Schema.
    pub const PATTERN: &str = "^[!-~]([ -~]{0,62}[!-~])?$";
}

impl FromStr for OrderReference {
    type Err = OrderReferenceError;

    fn from_str(text: &str) -> Result<Self, OrderReferenceError> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            && text.trim() == text;
        if fits { Ok(Self(text.to_owned())) } else { Err(OrderReferenceError) }
    }
}

impl Secret for OrderReference {
    fn parse(text: String) -> Result<Self, SecretError> {
        text.parse().map_err(|_| SecretError)
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OrderReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderReference([redacted])")
    }
}
