//! Bookmarks: what a caller keeps for a later request, such as a cursor. The caller can neither read nor change a
//! bookmark, nor use it for another purpose or object.

use std::collections::BTreeMap;

use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce, aead::Aead as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{derived_key::derived_key, sealing::SealError};

/// The purpose of the derived keys.
const PURPOSE: &[u8] = b"bunq-tpp bookmark v1";

/// The maximum number of characters of a bookmark, which is part of a URL.
pub const LONGEST_BOOKMARK: usize = 2_048;

/// The keys that seal bookmarks. Each purpose and object has a key of its own, so a bookmark opens only where it was
/// made, and no key seals so many that a random nonce could repeat (NIST SP 800-38D section 8.3).
#[derive(Clone)]
pub struct BookmarkKeys {
    current: String,
    keys: BTreeMap<String, Hmac<Sha256>>,
}

impl BookmarkKeys {
    /// Derives the keys from sealing keys, given by id. `current` is the id of the key that seals.
    pub(crate) fn derive<'a>(current: &str, keys: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        let derived = keys.map(|(id, key)| Some((id.to_owned(), derived_key(key, PURPOSE)?)));
        Some(Self { current: current.to_owned(), keys: derived.collect::<Option<_>>()? })
    }

    /// Seals bytes for one place, which names the purpose and the object. Returns `<key id>.<base64url>`.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if there is no current key, or the result exceeds [`LONGEST_BOOKMARK`].
    pub fn seal(&self, place: &str, bytes: &[u8]) -> Result<String, SealError> {
        let nonce = rand::random::<[u8; 12]>();
        let cipher = self.cipher(&self.current, place).ok_or(SealError::Key)?;
        let sealed = cipher.encrypt(&Nonce::from(nonce), bytes).map_err(|_| SealError::Key)?;
        let text = format!("{}.{}", self.current, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()));
        if text.len() > LONGEST_BOOKMARK { Err(SealError::Key) } else { Ok(text) }
    }

    /// Opens a bookmark that [`Self::seal`] returned for the same place.
    ///
    /// # Errors
    /// Returns [`SealError::KeyGone`] if the key that sealed it is not in this set, and [`SealError::Broken`] if it is
    /// not a bookmark, was made for another place, or was changed.
    pub fn open(&self, place: &str, bookmark: &str) -> Result<Vec<u8>, SealError> {
        let (id, text) =
            bookmark.split_once('.').filter(|_| bookmark.len() <= LONGEST_BOOKMARK).ok_or(SealError::Broken)?;
        let cipher = self.cipher(id, place).ok_or(SealError::KeyGone)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Broken)?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<12>().ok_or(SealError::Broken)?;
        cipher.decrypt(&Nonce::from(*nonce), ciphertext).map_err(|_| SealError::Broken)
    }

    fn cipher(&self, id: &str, place: &str) -> Option<Aes256Gcm> {
        let key = self.keys.get(id)?.clone().chain_update(place).finalize().into_bytes();
        Aes256Gcm::new_from_slice(&key).ok()
    }
}

bunq_client::redacted!(BookmarkKeys);
