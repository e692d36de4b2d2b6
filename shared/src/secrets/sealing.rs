//! The secret with the sealing keys, and how a key is rotated: a new key first only opens, later it seals, and an old
//! key is removed when it seals nothing any more.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::shapes::Content;
use crate::types::{
    bookmark::BookmarkKeys,
    sealing::{SealError, SealingKeys},
    secret::{SealingKey, Secret as _},
};

/// The keys that seal attributes in the tables: base64 of 32 bytes each, by key id. `current` is the id of the key that
/// seals; all of them open. `Debug` prints no ids either: a person who writes the secret may take a key for an id.
#[derive(Clone, Deserialize)]
pub struct SealingSecret {
    current: String,
    /// When `current` became the current key. `None` if it is the first one, or was made by an earlier version.
    current_since: Option<Timestamp>,
    /// The key that becomes the current one.
    next: Option<NextSealingKey>,
    keys: BTreeMap<String, SealingKey>,
}

bunq_client::redacted!(SealingSecret);

/// A key that only opens, until every process knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextSealingKey {
    /// The id of the key.
    pub id: String,
    /// When it was added.
    pub added_at: Timestamp,
}

impl SealingSecret {
    /// Returns a secret with one new random key.
    #[must_use]
    pub fn generate() -> Self {
        let id = random_id();
        let keys = BTreeMap::from([(id.clone(), SealingKey::random())]);
        Self { current: id, current_since: None, next: None, keys }
    }

    /// Returns the id of the key that seals.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Returns when the current key became the current one, if known.
    #[must_use]
    pub const fn current_since(&self) -> Option<Timestamp> {
        self.current_since
    }

    /// Returns the key that becomes the current one, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<&NextSealingKey> {
        // An operator may have removed the key by hand.
        self.next.as_ref().filter(|next| self.keys.contains_key(&next.id))
    }

    /// Returns the ids of the keys that neither seal nor will seal.
    pub fn old(&self) -> impl Iterator<Item = &str> {
        let is_next = |id: &str| self.next().is_some_and(|next| next.id == id);
        self.keys.keys().map(String::as_str).filter(move |id| *id != self.current && !is_next(id))
    }

    /// Adds a new random key, which only opens. Returns it without the key itself.
    pub fn add_next(&mut self, now: Timestamp) -> NextSealingKey {
        let next = NextSealingKey { id: random_id(), added_at: now };
        self.keys.insert(next.id.clone(), SealingKey::random());
        self.next.insert(next).clone()
    }

    /// Makes the key that was added the current one. Does nothing if there is none.
    pub fn promote_next(&mut self, now: Timestamp) {
        if let Some(next) = self.next().cloned() {
            (self.current, self.current_since, self.next) = (next.id, Some(now), None);
        }
    }

    /// Removes an old key. Returns `false` and changes nothing if there is no old key with this id.
    pub fn remove(&mut self, id: &str) -> bool {
        self.old().any(|old| old == id) && self.keys.remove(id).is_some()
    }

    /// Returns the keys, ready for use.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64 of 32 bytes, if there is no key with the id `current`, or if
    /// an id contains `.` or `@`.
    pub fn keys(&self) -> Result<SealingKeys, SealError> {
        let keys = self.decoded()?;
        SealingKeys::new(&self.current, keys.iter().map(|(id, key)| (*id, key.as_slice())))
    }

    /// Returns the keys that are derived for bookmarks.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64.
    pub fn bookmarks(&self) -> Result<BookmarkKeys, SealError> {
        let keys = self.decoded()?;
        BookmarkKeys::derive(&self.current, keys.iter().map(|(id, key)| (*id, key.as_slice()))).ok_or(SealError::Key)
    }

    fn decoded(&self) -> Result<Vec<(&str, Vec<u8>)>, SealError> {
        let decode = |key: &SealingKey| STANDARD.decode(key.expose()).map_err(|_| SealError::Key);
        self.keys.iter().map(|(id, key)| Ok((id.as_str(), decode(key)?))).collect()
    }
}

/// Returns a random id of a key, so that two keys that are created at the same time are not mistaken for each other.
fn random_id() -> String {
    format!("k{:08x}", rand::random::<u32>())
}

impl Content for SealingSecret {
    const NAME: &'static str = "sealing-key";

    fn expose(&self) -> Value {
        let keys: BTreeMap<_, _> = self.keys.iter().map(|(id, key)| (id, key.expose())).collect();
        let mut value = json!({ "current": self.current, "keys": keys });
        if let Some(since) = self.current_since {
            value["current_since"] = json!(since);
        }
        if let Some(next) = &self.next {
            value["next"] = json!(next);
        }
        value
    }
}

/// A secret whose keys seal values of the tables, and can be rotated.
pub trait SealingKeySecret: Content {
    /// Returns the keys.
    fn sealing(&self) -> &SealingSecret;

    /// Returns the keys, to change them.
    fn sealing_mut(&mut self) -> &mut SealingSecret;
}

impl SealingKeySecret for SealingSecret {
    fn sealing(&self) -> &SealingSecret {
        self
    }

    fn sealing_mut(&mut self) -> &mut SealingSecret {
        self
    }
}

impl SealingKeySecret for DeliverySecret {
    fn sealing(&self) -> &SealingSecret {
        &self.0
    }

    fn sealing_mut(&mut self) -> &mut SealingSecret {
        &mut self.0
    }
}

/// The keys that seal the secrets of webhook endpoints: a secret of its own, because the function that reads it talks
/// to strangers and must not open anything else.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct DeliverySecret(SealingSecret);

impl DeliverySecret {
    /// Returns a secret with one new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self(SealingSecret::generate())
    }

    /// Returns the keys, ready for use.
    ///
    /// # Errors
    /// Returns the errors of [`SealingSecret::keys`].
    pub fn keys(&self) -> Result<SealingKeys, SealError> {
        self.0.keys()
    }
}

impl Content for DeliverySecret {
    const NAME: &'static str = "delivery-key";

    fn expose(&self) -> Value {
        self.0.expose()
    }
}
