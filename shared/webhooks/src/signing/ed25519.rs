//! The asymmetric signature `v1a`: ed25519 (RFC 8032). The receiver has the public key only.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    error::{KeyRejected, Unspecified},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::encoding::{SecretError, decode, encode};

const PREFIX: &str = "whsk_";
const PUBLIC_PREFIX: &str = "whpk_";
/// The size of each half of a key: the seed and the public key.
const HALF: usize = 32;

/// The cryptography library failed: it made no key, or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ed25519 key could not be made or used")]
pub struct CryptoError;

impl From<Unspecified> for CryptoError {
    fn from(Unspecified: Unspecified) -> Self {
        Self
    }
}

impl From<KeyRejected> for CryptoError {
    fn from(_: KeyRejected) -> Self {
        Self
    }
}

/// An ed25519 key pair: `whsk_` and base64 of the seed (32 bytes) and the public key (32 bytes). The specification does
/// not name the bytes; this is the form of the Svix server, whose signature the specification has as its example. A
/// text with the seed only is also read. The private half cannot be printed.
#[derive(Clone)]
pub struct SigningKey {
    text: SecretString,
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// Returns a new random key pair.
    ///
    /// # Errors
    /// Returns [`CryptoError`] if the cryptography library makes no key.
    pub fn random() -> Result<Self, CryptoError> {
        let mut seed = Zeroizing::new([0_u8; HALF]);
        rand::fill(&mut seed[..]);
        Self::from_seed(&seed[..])
    }

    fn from_seed(seed: &[u8]) -> Result<Self, CryptoError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)?;
        let public = <[u8; HALF]>::try_from(pair.public_key().as_ref()).map_err(|_| CryptoError)?;
        let mut both = Zeroizing::new([0_u8; 2 * HALF]);
        for (to, from) in both.iter_mut().zip(seed.iter().chain(&public)) {
            *to = *from;
        }
        Ok(Self { text: encode(PREFIX, &both[..]), pair, public: PublicKey(public) })
    }

    /// Returns the private key in plain text. Only to store it sealed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Returns the public key, which the receiver gets.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Returns the signature of `content`, with its version.
    pub(super) fn signature(&self, content: &[u8]) -> Result<String, CryptoError> {
        Ok(format!("v1a,{}", STANDARD.encode(self.pair.try_sign(content)?)))
    }
}

impl FromStr for SigningKey {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = decode(text, PREFIX)?;
        let (seed, public) = bytes.split_at_checked(HALF).ok_or(SecretError::Length)?;
        if !public.is_empty() && public.len() != HALF {
            return Err(SecretError::Length);
        }
        let key = Self::from_seed(seed).map_err(|CryptoError| SecretError::Key)?;
        if public.is_empty() || public == key.public.0 { Ok(key) } else { Err(SecretError::Key) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([redacted])")
    }
}

/// The public half of a [`SigningKey`]. Prints as `whpk_` and base64 of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; HALF]);

impl PublicKey {
    /// Returns the bytes of the key (RFC 8032 section 5.1.5).
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HALF] {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.0))
    }
}
