//! The reference that a caller gives to an order, for example the number of an invoice.

use std::str::FromStr;

use super::secret::{Secret, SecretError};

/// The text is not a valid order reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 printable ASCII characters, without a space at either end")]
pub struct OrderReferenceError;

/// The reference of an order: 1 to 64 printable ASCII characters, without a space at either end. It may contain
/// personal data, so it is stored sealed and never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderReference(String);

impl OrderReference {
    /// The maximum length, in characters.
    pub const LONGEST: usize = 64;
    /// The form of a reference, as a `pattern` of JSON Schema.
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

bunq_client::redacted!(OrderReference);
