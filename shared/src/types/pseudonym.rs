//! A name in place of personal data that must not be kept: the same data has the same name, and nobody without the key
//! can find the data by trying, not even all four thousand million IPv4 addresses.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// What sets the derived key apart from any other use of the sealing key.
const PURPOSE: &[u8] = b"bunq-tpp audit pseudonym v1";
/// What the derived key is named by. The text is no IP address, so it has a name that no address has.
const KEY_NAME: &str = "name of the key";
/// How many bytes of its 32 name a key.
const KEY_NAME_LENGTH: usize = 4;
/// 128 of the 256 bits: enough that two addresses do not share a name.
const LENGTH: usize = 16;

/// `<8 hexadecimal digits that name the key>.<32 that name the data>`. Names under different keys cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pseudonym(String);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes pseudonyms.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl PseudonymKey {
    /// Derives the key: HKDF-Expand of RFC 5869 with SHA-256, for one block. The sealing key is 256 random bits and so
    /// needs no HKDF-Extract.
    pub(super) fn derive(sealing_key: &[u8]) -> Option<Self> {
        let mut expand = Hmac::<Sha256>::new_from_slice(sealing_key).ok()?;
        expand.update(PURPOSE);
        expand.update(&[1]);
        Hmac::new_from_slice(&expand.finalize().into_bytes()).ok().map(Self)
    }

    /// The pseudonym of a text: HMAC-SHA256 (RFC 2104), cut to 128 bits.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> Pseudonym {
        Pseudonym(format!("{}.{}", self.hex(KEY_NAME, KEY_NAME_LENGTH), self.hex(text, LENGTH)))
    }

    fn hex(&self, text: &str, bytes: usize) -> String {
        use fmt::Write as _;
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(bytes).fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey([redacted])")
    }
}
