//! What makes a retried request the same request.

use serde_json::Value;
use uuid::Uuid;

use super::{secret::sha256_hex, workspace::Workspace};

/// The text is not an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 printable ASCII characters")]
pub struct KeyError;

/// What a caller sends as `Idempotency-Key`, the same on every try of one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Takes a caller's key, in quotes (a string of RFC 8941, as the header's draft has it) or without: both name the
    /// same request.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let unquoted = if text.starts_with('"') { unquoted(text).ok_or(KeyError)? } else { text.to_owned() };
        let text = unquoted.as_str();
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if fits { Ok(Self(text.to_owned())) } else { Err(KeyError) }
    }

    /// A new one, for a caller who sent none.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// The key itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a quoted string says (RFC 8941 section 4.2.5).
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

/// One request of one workspace, over all its tries: names the record in the store and the request at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestName(String);

impl RequestName {
    /// The name of a request. Any API key of the workspace can ask for it again.
    #[must_use]
    pub fn new(workspace: &Workspace, key: &IdempotencyKey) -> Self {
        // No workspace has a slash in its name, so ("a", "b/c") and ("a/b", "c") cannot meet.
        Self(sha256_hex(format!("{workspace}/{}", key.0).as_bytes()))
    }

    /// 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `X-Bunq-Client-Request-Id`: the same on every try, even when our store is lost, so that the bank can tell a
    /// repetition.
    #[must_use]
    pub fn bank_request_id(&self) -> &str {
        self.0.get(..32).unwrap_or(&self.0)
    }

    /// A number by which the bank's object is known again where the bank keeps no text of ours.
    #[must_use]
    pub fn mark(&self) -> u32 {
        self.0.get(32..40).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0)
    }

    /// What the bank keeps with the object (`merchant_reference`), so that it can be found again. Not the request id,
    /// which is nobody else's business.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.0.get(32..).unwrap_or(&self.0)
    }
}

/// SHA-256 of what is asked for: the same for every way to write the same body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHash(String);

impl RequestHash {
    /// The hash of a route's order in its one form. `order` is what would be sent to the bank, in which equal orders
    /// are equal.
    #[must_use]
    pub fn new(route: &str, order: &Value) -> Self {
        Self(sha256_hex(format!("{route}\n{order}").as_bytes()))
    }

    /// 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
