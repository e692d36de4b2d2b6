//! A customer's name. It is personal data: stored sealed, deleted with the connection, and never logged.

use super::secret::{Secret, SecretError};

/// A customer's name at bunq: 1 to 200 characters without control characters.
#[derive(Clone)]
pub struct DisplayName(String);

/// A name is sealed like a secret. Unlike a secret, it is not limited to ASCII.
impl Secret for DisplayName {
    fn parse(text: String) -> Result<Self, SecretError> {
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(SecretError) }
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(DisplayName);
