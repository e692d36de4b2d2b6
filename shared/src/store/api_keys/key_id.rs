//! The ids of API keys.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::types::secret::sha256;

/// The id of an API key. It does not reveal the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Uuid);

impl KeyId {
    /// Derives the id of the key with this fingerprint (SHA-256 in lower-case hex).
    pub(super) fn of(fingerprint: &str) -> Self {
        let digest = sha256(format!("id of {fingerprint}").as_bytes());
        let bytes = digest.first_chunk().copied().unwrap_or_default();
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    pub(super) fn pk(self) -> String {
        format!("APIKEY#{self}")
    }
}

impl From<KeyId> for Uuid {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// The text is not an API key id: it is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID, as list_api_keys returns it")]
pub struct KeyIdError;

impl std::str::FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        text.parse().map(Self).map_err(|_| KeyIdError)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
