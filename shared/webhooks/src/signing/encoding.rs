//! The texts of secrets and keys: a prefix by which scanners for leaked secrets recognise them, and standard base64.

use base64::{DecodeSliceError, Engine as _, engine::general_purpose::STANDARD};
use secrecy::{SecretString, zeroize::Zeroizing};

/// The text is not a secret or key of its kind. Does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The text does not begin with the prefix of its kind.
    #[error("does not begin with `whsec_` (a secret) or `whsk_` (a private key)")]
    Prefix,
    /// What follows the prefix is not standard base64 with padding.
    #[error("is not in standard base64 with padding")]
    Base64,
    /// The secret does not have 24 to 64 bytes, or the key does not have 32 or 64.
    #[error("does not have 24 to 64 bytes (a secret), or 32 or 64 (a private key)")]
    Length,
    /// The two halves of a private key do not belong together.
    #[error("is not a valid ed25519 key")]
    Key,
}

/// The size of the longest secret, 64 bytes, rounded up to whole groups of three.
const LONGEST: usize = 66;

/// Decodes a secret text.
///
/// # Errors
/// Returns [`SecretError`] if the prefix or base64 is wrong, or the text has more than 64 bytes.
pub(super) fn decode(text: &str, prefix: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let encoded = text.strip_prefix(prefix).ok_or(SecretError::Prefix)?;
    let mut bytes = Zeroizing::new(vec![0; LONGEST]);
    let length = STANDARD.decode_slice(encoded, &mut bytes).map_err(|error| match error {
        DecodeSliceError::DecodeError(_) => SecretError::Base64,
        DecodeSliceError::OutputSliceTooSmall => SecretError::Length,
    })?;
    bytes.truncate(length);
    Ok(bytes)
}

/// Encodes a secret text.
pub(super) fn encode(prefix: &str, bytes: &[u8]) -> SecretString {
    // The exact size: a buffer that grows leaves copies of the secret in memory.
    let mut text = String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4);
    text.push_str(prefix);
    STANDARD.encode_string(bytes, &mut text);
    text.into()
}
