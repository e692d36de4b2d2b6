//! A message that is ready to be sent: its id, its time, its body, and the signatures over all three.

use std::{fmt, str::FromStr};

use bytes::Bytes;

/// The text is not a valid id of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 ASCII letters, digits, `_` or `-`")]
pub struct MessageIdError;

/// The id of a message (`webhook-id`). All attempts have the same id, by which the receiver recognises a message that
/// it already has. 1 to 128 ASCII letters, digits, `_` or `-`: a full stop would make the signed content ambiguous.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = MessageIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if fits { Ok(Self(text.to_owned())) } else { Err(MessageIdError) }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message with its signatures. It is signed for one attempt: the next one has a new time.
#[derive(Clone)]
pub struct SignedMessage {
    pub(super) id: MessageId,
    pub(super) unix_seconds: i64,
    pub(super) signature: String,
    pub(super) body: Bytes,
}

impl SignedMessage {
    /// Returns the headers of the request, without `content-type`.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("webhook-id", self.id.to_string()),
            ("webhook-timestamp", self.unix_seconds.to_string()),
            ("webhook-signature", self.signature.clone()),
        ]
    }

    /// Returns all signatures, separated by spaces (`webhook-signature`).
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// Returns the time of the attempt in seconds since 1970 (`webhook-timestamp`).
    #[must_use]
    pub const fn unix_seconds(&self) -> i64 {
        self.unix_seconds
    }

    /// Returns the signed body.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }
}

/// A signature is valid for anyone who has it, so it is not printed.
impl fmt::Debug for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMessage").field("id", &self.id).finish_non_exhaustive()
    }
}
