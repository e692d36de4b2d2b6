//! The symmetric signature `v1`: HMAC-SHA256 with a secret that sender and receiver share.

use std::{fmt, str::FromStr, sync::Arc};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::encoding::{SecretError, decode, encode};

const PREFIX: &str = "whsec_";

/// The secret of one endpoint: `whsec_` and base64 of 24 to 64 bytes. It cannot be printed.
#[derive(Clone)]
pub struct HmacSecret {
    text: SecretString,
    /// More than a kilobyte: the state of the hash is computed once.
    key: Arc<Key>,
}

impl HmacSecret {
    /// Returns a new secret of 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::fill(&mut bytes[..]);
        Self { text: encode(PREFIX, &bytes[..]), key: Arc::new(Key::new(HMAC_SHA256, &bytes[..])) }
    }

    /// Returns the secret in plain text. Only to show it to its owner once, or to store it sealed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Returns the signature of `content`, with its version.
    pub(super) fn signature(&self, content: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(sign(&self.key, content)))
    }
}

impl FromStr for HmacSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = decode(text, PREFIX)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(SecretError::Length);
        }
        Ok(Self { text: text.into(), key: Arc::new(Key::new(HMAC_SHA256, &bytes)) })
    }
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSecret([redacted])")
    }
}
