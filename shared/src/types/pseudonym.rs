//! Pseudonyms, which replace personal data that must not be stored. Equal data has equal pseudonyms under one key.
//! Without the key, nobody can find the data by trying all values, not even the four thousand million IPv4 addresses.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::derived_key::derived_key;

/// The purpose of the derived key.
const PURPOSE: &[u8] = b"bunq-tpp audit pseudonym v1";
/// The text whose HMAC identifies the derived key. It is not an IP address, so no address has the same HMAC.
const KEY_NAME: &str = "name of the key";
/// How many bytes of the HMAC of [`KEY_NAME`] identify a key.
const KEY_NAME_LENGTH: usize = 4;
/// How many bytes of an HMAC make a pseudonym: 128 of its 256 bits, enough that two addresses do not share one.
const LENGTH: usize = 16;

/// A pseudonym: `<8 hex digits that identify the key>.<32 hex digits that identify the data>`. Pseudonyms under
/// different keys cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pseudonym(String);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that makes pseudonyms.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl PseudonymKey {
    /// Derives the key from a sealing key.
    pub(super) fn derive(sealing_key: &[u8]) -> Option<Self> {
        derived_key(sealing_key, PURPOSE).map(Self)
    }

    /// Returns the pseudonym of a text: HMAC-SHA256 (RFC 2104), truncated to 128 bits.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> Pseudonym {
        Pseudonym(format!("{}.{}", self.hex(KEY_NAME, KEY_NAME_LENGTH), self.hex(text, LENGTH)))
    }

    /// Returns the first `bytes` bytes of the HMAC of a text, in hex.
    fn hex(&self, text: &str, bytes: usize) -> String {
        let mac = self.0.clone().chain_update(text).finalize();
        let mut hex = format!("{:x}", mac.into_bytes());
        hex.truncate(2 * bytes);
        hex
    }
}

bunq_client::redacted!(PseudonymKey);
