//! Idempotency: how a retry is recognised as the same request.

use serde_json::Value;
use uuid::Uuid;

use super::{secret::sha256_hex, workspace::Workspace};

/// The text is not a valid idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 printable ASCII characters")]
pub struct KeyError;

/// The `Idempotency-Key` of a caller: the same on every try of one request. 1 to 255 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses the value of the header. The key may be in quotes (a string of RFC 8941, as the draft of the header
    /// requires) or without: both are the same key.
    ///
    /// # Errors
    /// Returns [`KeyError`] if the key is not 1 to 255 printable ASCII characters, or its quotes or escapes are wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let key = if text.starts_with('"') { unquoted(text).ok_or(KeyError)? } else { text.to_owned() };
        let fits = (1..=255).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if fits { Ok(Self(key)) } else { Err(KeyError) }
    }

    /// Returns a random key, for a caller who sent none.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// Returns the key without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the content of a quoted string (RFC 8941 section 4.2.5), or `None` if its quotes or escapes are wrong.
fn unquoted(text: &str) -> Option<String> {
    let mut signs = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut unquoted = String::new();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => unquoted.push(signs.next().filter(|sign| matches!(sign, '"' | '\\'))?),
            '"' => return None,
            sign => unquoted.push(sign),
        }
    }
    Some(unquoted)
}

/// The name of one request of a workspace, the same for all its tries. It identifies the record in the store and the
/// request at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestName(String);

impl RequestName {
    /// Derives the name of a request: SHA-256 of workspace and idempotency key. The API key is not part of it, so any
    /// API key of the workspace can retry the request.
    #[must_use]
    pub fn new(workspace: &Workspace, key: &IdempotencyKey) -> Self {
        // Unambiguous, because the name of a workspace has no slash.
        Self(sha256_hex(format!("{workspace}/{}", key.0).as_bytes()))
    }

    /// Returns the name: 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the value of `X-Bunq-Client-Request-Id`: 32 hex digits. It is the same on every try, even if the store
    /// is lost, so the bank can recognise a repetition.
    #[must_use]
    pub fn bank_request_id(&self) -> &str {
        self.0.get(..32).unwrap_or(&self.0)
    }

    /// Returns a number by which the object at the bank is found again, if the bank stores no text of ours with it. Two
    /// requests may have the same number.
    #[must_use]
    pub fn mark(&self) -> u32 {
        self.0.get(32..40).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0)
    }

    /// Returns the text that the bank stores with the object (`merchant_reference`), so that the object is found again:
    /// 32 hex digits. It does not contain [`Self::bank_request_id`], which others who see the object need not know.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.0.get(32..).unwrap_or(&self.0)
    }
}

/// SHA-256 of a request's content. Bodies that differ only in their notation have the same hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHash(String);

impl RequestHash {
    /// Computes the hash of an order on a route. `order` is the normalized body that would be sent to the bank, so that
    /// equal orders have equal bodies.
    #[must_use]
    pub fn new(route: &str, order: &Value) -> Self {
        Self(sha256_hex(format!("{route}\n{order}").as_bytes()))
    }

    /// Returns the hash: 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
