//! The records of API keys, and their ids.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::types::{scope::Scope, secret::sha256, workspace::Workspace};

/// How long a key counts as new, so that its use is recorded more often.
const FIRST_DAY: SignedDuration = SignedDuration::from_hours(24);

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

/// The properties of an API key to create.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// The operator's name for the key.
    pub name: String,
    /// What the key allows.
    pub scopes: Vec<Scope>,
    /// The workspace whose customers the key reaches.
    pub workspace: Workspace,
    /// When the key stops working. `None`: never.
    pub expires_at: Option<Timestamp>,
}

impl NewApiKey {
    /// Returns a key with every scope in the default workspace that never expires, for the operator of the deployment.
    #[must_use]
    pub fn with_every_scope(name: &str) -> Self {
        Self { name: name.to_owned(), scopes: Scope::ALL.to_vec(), workspace: Workspace::default(), expires_at: None }
    }
}

/// What is kept of an API key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyRecord {
    /// Its name in lists and logs, which is not the key.
    #[schema(value_type = Uuid)]
    pub id: KeyId,
    /// What it is called.
    #[schema(example = "bookkeeping")]
    pub name: String,
    /// What it allows.
    #[schema(value_type = Vec<String>, example = json!(["accounts"]))]
    pub scopes: Vec<Scope>,
    /// Whose customers it reaches.
    #[schema(value_type = String, example = "default")]
    pub workspace: Workspace,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it stops working. Absent if it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used: to the minute in its first day and once it has a successor, else to the hour. Absent if
    /// it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked. Absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub revoked_at: Option<Timestamp>,
    /// When it ends because it has a successor, if it does not before. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub ends_at: Option<Timestamp>,
    /// When its successor was made. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub replaced_at: Option<Timestamp>,
    /// The id of its successor. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub replaced_by: Option<KeyId>,
}

impl ApiKeyRecord {
    /// Returns whether the key works at `now`: it is not revoked, and neither `expires_at` nor `ends_at` has passed.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let is_before = |end: Option<Timestamp>| end.is_none_or(|end| now < end);
        self.revoked_at.is_none() && is_before(self.expires_at) && is_before(self.ends_at)
    }

    /// Returns how often the key's use is recorded at `now`.
    pub(super) fn recorded_every(&self, now: Timestamp) -> SignedDuration {
        let is_new = now.duration_since(self.created_at) < FIRST_DAY;
        if is_new || self.replaced_at.is_some() { SignedDuration::from_mins(1) } else { SignedDuration::from_hours(1) }
    }
}

/// The item of a key. `hash` is the key's SHA-256 in lower-case hex.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) hash: String,
    #[serde(flatten)]
    pub(super) record: ApiKeyRecord,
}

/// The properties of a successor that differ from its predecessor.
#[derive(Clone, Copy, Debug)]
pub struct Successor {
    /// How long the predecessor continues to work.
    pub overlap: SignedDuration,
    /// When the successor stops working. By default it gets the lifetime of the predecessor, from its creation to its
    /// `expires_at`; it never expires if the predecessor does not.
    pub expires_at: Option<Timestamp>,
}

/// Why a key cannot be rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRotation {
    /// No key has this id.
    Unknown,
    /// The key no longer works: it was revoked, has expired, or its overlap with an earlier successor is over.
    Ended,
}
