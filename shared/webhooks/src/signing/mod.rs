//! Signatures of Standard Webhooks 1.0.0:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme>.

mod ed25519;
mod encoding;
mod hmac;
mod message;

use std::{iter::once, str::FromStr};

use bytes::Bytes;

pub use self::{
    ed25519::{CryptoError, PublicKey, SigningKey},
    encoding::SecretError,
    hmac::HmacSecret,
    message::{MessageId, MessageIdError, SignedMessage},
};

/// What signs the messages to an endpoint. Reads and writes one text, which begins with `whsec_` or `whsk_`.
#[derive(Clone, Debug)]
pub enum Signer {
    /// HMAC-SHA256 with a shared secret (`v1`).
    Hmac(HmacSecret),
    /// ed25519 with a key pair (`v1a`).
    Ed25519(SigningKey),
}

impl Signer {
    /// Returns the secret or private key in plain text. Only to store it sealed.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Hmac(secret) => secret.expose(),
            Self::Ed25519(key) => key.expose(),
        }
    }

    fn signature(&self, content: &[u8]) -> Result<String, CryptoError> {
        match self {
            Self::Hmac(secret) => Ok(secret.signature(content)),
            Self::Ed25519(key) => key.signature(content),
        }
    }
}

impl FromStr for Signer {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(secret) => Ok(Self::Hmac(secret)),
            Err(SecretError::Prefix) => text.parse().map(Self::Ed25519),
            Err(error) => Err(error),
        }
    }
}

/// Everything that signs a message: the current secret, and older ones while the receiver changes to the current one.
/// The receiver needs only one of the signatures.
#[derive(Clone, Debug)]
pub struct Signers {
    current: Signer,
    older: Vec<Signer>,
}

impl Signers {
    /// Signs with one secret.
    #[must_use]
    pub const fn new(current: Signer) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Also signs with an older secret.
    #[must_use]
    pub fn with_older(mut self, older: Signer) -> Self {
        self.older.push(older);
        self
    }

    /// Signs a message. `unix_seconds` is the time of this attempt, in seconds since 1970. Receivers accept a deviation
    /// of five minutes.
    ///
    /// # Errors
    /// Returns [`CryptoError`] if the cryptography library makes no signature.
    pub fn sign(&self, id: &MessageId, unix_seconds: i64, body: Bytes) -> Result<SignedMessage, CryptoError> {
        let content = [format!("{id}.{unix_seconds}.").as_bytes(), &body[..]].concat();
        let signatures = once(&self.current).chain(&self.older).map(|signer| signer.signature(&content));
        let signature = signatures.collect::<Result<Vec<_>, _>>()?.join(" ");
        Ok(SignedMessage { id: id.clone(), unix_seconds, signature, body })
    }
}
