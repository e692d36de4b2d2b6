//! Derives keys for other purposes from a sealing key.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Derives a key, with HKDF-Expand of RFC 5869 and SHA-256 for one block. `purpose` is the `info` of the derivation: it
/// separates the derived key from every other use of the sealing key. The sealing key is 256 random bits, so
/// HKDF-Extract is not needed.
pub(super) fn derived_key(sealing_key: &[u8], purpose: &[u8]) -> Option<Hmac<Sha256>> {
    let expand = Hmac::<Sha256>::new_from_slice(sealing_key).ok()?.chain_update(purpose).chain_update([1]);
    Hmac::new_from_slice(&expand.finalize().into_bytes()).ok()
}
