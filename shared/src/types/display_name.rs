//! A customer's name, which is personal data: sealed at rest, erased with the connection, never in a log.

use std::fmt;

use super::secret::{Secret, SecretError};

/// What bunq calls a customer.
#[derive(Clone)]
pub struct DisplayName(String);

/// Sealed like a secret; unlike one, it may hold any text that is not over 200 characters.
impl Secret for DisplayName {
    fn parse(text: String) -> Result<Self, SecretError> {
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(SecretError) }
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName([redacted])")
    }
}
