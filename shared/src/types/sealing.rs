//! Seals tokens before they reach a table: AES-256-GCM (NIST SP 800-38D), the item's key and the attribute's name as
//! associated data, so that a sealed token moved to another item does not open, and the key's id in front, so that keys
//! can rotate.

use std::{collections::BTreeMap, fmt};

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};

use super::{
    pseudonym::{Pseudonym, PseudonymKey},
    secret::{SealingKey, Secret},
};

/// Where a sealed value belongs: it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The item's primary key.
    pub item: &'a str,
    /// The attribute's name.
    pub attribute: &'a str,
}

impl Place<'_> {
    fn associated_data(self) -> Vec<u8> {
        // The length in front keeps ("ab", "c") and ("a", "bc") apart.
        format!("{}:{}{}", self.item.len(), self.item, self.attribute).into_bytes()
    }
}

/// A sealed value could not be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The secret that holds the keys names a current key which it does not hold, or a key that is not 32 bytes.
    #[error("the sealing key is not usable")]
    Key,
    /// The value is not a sealed one, was sealed for another place, or was changed.
    #[error("a sealed value does not open")]
    Broken,
    /// The key it was sealed with is no longer there.
    #[error("the key of a sealed value is gone")]
    KeyGone,
}

/// The id of an item's own key. The ids of a deployment's keys have no `@`.
const OWN: &str = "@own";

/// The sealing keys: one seals, all open.
#[derive(Clone)]
pub struct SealingKeys {
    current: String,
    ciphers: BTreeMap<String, Aes256Gcm>,
    pseudonyms: PseudonymKey,
}

impl SealingKeys {
    /// Keys by id; `current` is the one that seals.
    ///
    /// # Errors
    /// [`SealError::Key`] where a key is not 32 bytes or `current` is missing.
    pub fn new<'a>(current: &str, keys: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, SealError> {
        let (mut ciphers, mut pseudonyms) = (BTreeMap::new(), None);
        for (id, key) in keys {
            if id == current {
                pseudonyms = PseudonymKey::derive(key);
            }
            ciphers.insert(id.to_owned(), Aes256Gcm::new_from_slice(key).map_err(|_| SealError::Key)?);
        }
        // The key that seals is one of them.
        let pseudonyms = pseudonyms.ok_or(SealError::Key)?;
        if ciphers.keys().any(|id| id.contains(['.', '@'])) {
            return Err(SealError::Key);
        }
        Ok(Self { current: current.to_owned(), ciphers, pseudonyms })
    }

    /// A name in place of personal data, under a key derived from the current sealing key.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> Pseudonym {
        self.pseudonyms.pseudonym(text)
    }

    /// The same keys, and one that seals and makes pseudonyms from now on: an item's own, so that what it seals can be
    /// opened, and what it names can be found, only for as long as that item exists.
    ///
    /// # Errors
    /// [`SealError::Key`] where the key is not base64 of 32 bytes.
    pub fn with_own(&self, key: &SealingKey) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(key.expose()).map_err(|_| SealError::Key)?;
        let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| SealError::Key)?;
        let mut ciphers = self.ciphers.clone();
        ciphers.insert(OWN.to_owned(), cipher);
        let pseudonyms = PseudonymKey::derive(&bytes).ok_or(SealError::Key)?;
        Ok(Self { current: OWN.to_owned(), ciphers, pseudonyms })
    }

    /// Seals a secret for one place: `<key id>.<base64 of nonce and ciphertext>`.
    ///
    /// # Errors
    /// [`SealError::Key`] if the cipher refuses, which it does for texts over 64 GiB only.
    pub fn seal(&self, place: Place<'_>, secret: &impl Secret) -> Result<String, SealError> {
        let cipher = self.ciphers.get(&self.current).ok_or(SealError::Key)?;
        let nonce = rand::random::<[u8; 12]>();
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &place.associated_data() };
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Key)?;
        Ok(format!("{}.{}", self.current, STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SealError::KeyGone`] or [`SealError::Broken`].
    pub fn open<S: Secret>(&self, place: Place<'_>, sealed: &str) -> Result<S, SealError> {
        let (id, text) = sealed.split_once('.').ok_or(SealError::Broken)?;
        let cipher = self.ciphers.get(id).ok_or(SealError::KeyGone)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| SealError::Broken)?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<12>().ok_or(SealError::Broken)?;
        let payload = Payload { msg: ciphertext, aad: &place.associated_data() };
        let plain = cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealError::Broken)?;
        String::from_utf8(plain).ok().and_then(|text| S::parse(text).ok()).ok_or(SealError::Broken)
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKeys([redacted])")
    }
}
