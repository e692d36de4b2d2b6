//! Seals tokens and other secrets before they are stored in a table, with AES-256-GCM (NIST SP 800-38D). The associated
//! data are the primary key of the item and the name of the attribute, so a sealed value that is moved to another item
//! does not open. The id of the sealing key precedes the sealed value, so that keys can be rotated.

use std::collections::BTreeMap;

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

/// The place where a sealed value is stored. The value opens only with the place for which it was sealed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The item's primary key.
    pub item: &'a str,
    /// The attribute's name.
    pub attribute: &'a str,
}

impl Place<'_> {
    fn associated_data(self) -> Vec<u8> {
        // The length distinguishes ("ab", "c") from ("a", "bc").
        format!("{}:{}{}", self.item.len(), self.item, self.attribute).into_bytes()
    }
}

/// Why a value cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The keys are invalid: a key is not 32 bytes, the current key is missing, or the id of a key contains `.` or `@`.
    #[error("the sealing keys are invalid")]
    Key,
    /// The value is not a sealed value, was sealed for another place, was changed, or is not of the expected type.
    #[error("a sealed value cannot be opened")]
    Broken,
    /// The key that sealed the value is not among the keys.
    #[error("the key that sealed a value is missing")]
    KeyGone,
}

/// The id of an item's own key. It contains `@`, so no key of the deployment has the same id.
const OWN: &str = "@own";

/// A set of sealing keys. The current key seals, and all keys open.
#[derive(Clone)]
pub struct SealingKeys {
    current: String,
    ciphers: BTreeMap<String, Aes256Gcm>,
    pseudonyms: PseudonymKey,
}

impl SealingKeys {
    /// Returns a set of keys, given by id. `current` is the id of the key that seals.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not 32 bytes, no key has the id `current`, or an id contains `.` or `@`.
    pub fn new<'a>(current: &str, keys: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, SealError> {
        let (mut ciphers, mut pseudonyms) = (BTreeMap::new(), None);
        for (id, key) in keys {
            if id == current {
                pseudonyms = PseudonymKey::derive(key);
            }
            ciphers.insert(id.to_owned(), Aes256Gcm::new_from_slice(key).map_err(|_| SealError::Key)?);
        }
        let pseudonyms = pseudonyms.ok_or(SealError::Key)?;
        if ciphers.keys().any(|id| id.contains(['.', '@'])) {
            return Err(SealError::Key);
        }
        Ok(Self { current: current.to_owned(), ciphers, pseudonyms })
    }

    /// Returns the pseudonym of personal data, under a key that is derived from the current sealing key.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> Pseudonym {
        self.pseudonyms.pseudonym(text)
    }

    /// Adds the key that a stored item holds for itself, and makes it the current key: the new set uses it to seal data
    /// and to derive pseudonyms. The older keys still open what they sealed. When the item is deleted, its key is lost,
    /// so nobody can open that data or derive those pseudonyms any more.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if `key` is not the base64 encoding of 32 bytes.
    pub fn with_own(&self, key: &SealingKey) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(key.expose()).map_err(|_| SealError::Key)?;
        let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| SealError::Key)?;
        let mut ciphers = self.ciphers.clone();
        ciphers.insert(OWN.to_owned(), cipher);
        let pseudonyms = PseudonymKey::derive(&bytes).ok_or(SealError::Key)?;
        Ok(Self { current: OWN.to_owned(), ciphers, pseudonyms })
    }

    /// Returns the id of the deployment's key that sealed a value. Returns `None` if the key is an item's own one, or
    /// if the text is not a sealed value.
    #[must_use]
    pub fn id_of(sealed: &str) -> Option<&str> {
        sealed.split_once('.').map(|(id, _)| id).filter(|id| *id != OWN)
    }

    /// Seals a secret for one place, with the current key. Returns `<key id>.<base64 of nonce and ciphertext>`.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if the cipher fails, which it does for texts over 64 GiB only.
    pub fn seal(&self, place: Place<'_>, secret: &impl Secret) -> Result<String, SealError> {
        let cipher = self.ciphers.get(&self.current).ok_or(SealError::Key)?;
        let nonce = rand::random::<[u8; 12]>();
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &place.associated_data() };
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Key)?;
        Ok(format!("{}.{}", self.current, STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens a value that [`Self::seal`] returned for the same place.
    ///
    /// # Errors
    /// Returns [`SealError::KeyGone`] if the key that sealed the value is not in this set. Returns
    /// [`SealError::Broken`] if the text is not a sealed value, was sealed for another place, was changed, or does not
    /// parse as `S`.
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

bunq_client::redacted!(SealingKeys);
