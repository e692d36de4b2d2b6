//! References: the names that an application gives to its users, whom it sends to `/auth`.

use std::str::FromStr;

use super::text_form::stored_as_text;

/// The text is not a valid reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 of a-z, A-Z, 0-9, dot, underscore and dash")]
pub struct ReferenceError;

/// An application's name for one of its users: 1 to 64 of `a-z A-Z 0-9 . _ -`. It has no meaning to this program, which
/// stores it with the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// The maximum length, in characters.
    pub const LONGEST: usize = 64;

    /// Returns the reference as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if fits { Ok(Self(text.to_owned())) } else { Err(ReferenceError) }
    }
}

stored_as_text!(Reference);
