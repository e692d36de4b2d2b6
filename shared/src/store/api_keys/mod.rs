//! API keys of ours, stored by their SHA-256 only: a reader of the table cannot call the API.
//!
//! A key's id is derived from the key, and names the item. So every key that works can be revoked by the id that the
//! logs show for it, also one that is in no list. An item that lacks an attribute, or was made for another key, is no
//! key: the functions that note a key's use cannot make one.

mod rotate;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Item, Keyed, Store, StoreError, condition_failed, from_item, succeeded, text, to_item};
use crate::types::{
    scope::Scope,
    secret::{ApiKey, Secret as _, sha256},
    workspace::Workspace,
};

/// The item that lists the keys, so that listing needs no scan of the table.
const LIST: &str = "APIKEYS";

/// How long a key is new.
const FIRST_DAY: SignedDuration = SignedDuration::from_hours(24);

pub use rotate::{NoRotation, Successor};

/// The name of a key, which is not the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Uuid);

impl KeyId {
    /// The id of the key with this fingerprint.
    fn of(fingerprint: &str) -> Self {
        let digest = sha256(format!("id of {fingerprint}").as_bytes());
        let bytes = digest.first_chunk().copied().unwrap_or_default();
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    fn pk(self) -> String {
        format!("APIKEY#{self}")
    }
}

impl From<KeyId> for Uuid {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// The text is not the id of an API key.
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

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Whose customers it reaches.
    pub workspace: Workspace,
    /// When it stops working; never, by default.
    pub expires_at: Option<Timestamp>,
}

impl NewApiKey {
    /// A key with every scope in the default workspace, for the owner of the deployment.
    #[must_use]
    pub fn with_every_scope(name: &str) -> Self {
        Self { name: name.to_owned(), scopes: Scope::ALL.to_vec(), workspace: Workspace::default(), expires_at: None }
    }
}

/// What is kept of an API key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApiKeyRecord {
    /// Its name in lists and logs.
    pub id: KeyId,
    /// What its owner called it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Whose customers it reaches.
    pub workspace: Workspace,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was last used: to the minute in the key's first day and once it has a successor, when somebody waits
    /// for a program to change its key; else to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it ends because it has a successor, if it does not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// When its successor was made, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<Timestamp>,
    /// Its successor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<KeyId>,
}

impl ApiKeyRecord {
    /// Whether the key works at a time.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let is_before = |end: Option<Timestamp>| end.is_none_or(|end| now < end);
        self.revoked_at.is_none() && is_before(self.expires_at) && is_before(self.ends_at)
    }

    /// How often its use is noted at a time.
    fn noted_every(&self, now: Timestamp) -> SignedDuration {
        let is_new = now.duration_since(self.created_at) < FIRST_DAY;
        if is_new || self.replaced_at.is_some() { SignedDuration::from_mins(1) } else { SignedDuration::from_hours(1) }
    }
}

/// The item of a key.
#[derive(Serialize, Deserialize)]
struct Stored {
    hash: String,
    #[serde(flatten)]
    record: ApiKeyRecord,
}

/// The ids of all keys.
#[derive(Deserialize, Default)]
struct List {
    #[serde(default)]
    ids: Vec<KeyId>,
}

impl Store {
    /// What is kept of a key that a caller shows.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub async fn find_api_key(&self, fingerprint: &str) -> Result<Option<ApiKeyRecord>, StoreError> {
        let found = self.read_api_key(KeyId::of(fingerprint)).await?;
        Ok(found.filter(|stored| stored.hash == fingerprint).map(|stored| stored.record))
    }

    async fn read_api_key(&self, id: KeyId) -> Result<Option<Stored>, StoreError> {
        let item: Option<Item> = self.read_item(&self.connections, &id.pk()).await?;
        let Some(item) = item else { return Ok(None) };
        let stored = from_item::<Stored>(item).ok().filter(|stored| stored.record.id == id);
        if stored.is_none() {
            tracing::error!(%id, "api key: an item is incomplete, and no key");
        }
        Ok(stored)
    }

    /// Notes that a key is in use, unless that was noted a moment ago.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_api_key_use(&self, record: &ApiKeyRecord) -> Result<(), StoreError> {
        let every = record.noted_every(self.clock.now());
        self.note_use(&record.id.pk(), record.last_used_at, "pk", every).await
    }

    /// Every key ever made, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let list: Option<List> = self.read(&self.connections, LIST).await?;
        let mut records = Vec::new();
        for id in list.unwrap_or_default().ids {
            records.extend(self.read_api_key(id).await?.map(|stored| stored.record));
        }
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(records)
    }

    /// Makes a key. With `only_first`, only where none was ever made: `None` otherwise.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_api_key(
        &self,
        new: NewApiKey,
        only_first: bool,
    ) -> Result<Option<(ApiKey, ApiKeyRecord)>, StoreError> {
        let (key, record, writes) = self.new_key(new, self.clock.now(), only_first)?;
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Some((key, record))),
            Err(error) if only_first && condition_failed(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A key, and the writes that make it.
    fn new_key(
        &self,
        NewApiKey { name, scopes, workspace, expires_at }: NewApiKey,
        created_at: Timestamp,
        only_first: bool,
    ) -> Result<(ApiKey, ApiKeyRecord, Vec<TransactWriteItem>), StoreError> {
        let key = ApiKey::random();
        let hash = key.fingerprint();
        let id = KeyId::of(&hash);
        let record = ApiKeyRecord {
            id,
            name,
            scopes,
            workspace,
            created_at,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            ends_at: None,
            replaced_at: None,
            replaced_by: None,
        };
        let stored = Stored { hash, record };
        let put = Put::builder()
            .table_name(&self.connections)
            .set_item(Some(to_item(&Keyed { pk: &id.pk(), item: &stored })?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let mut update = Update::builder()
            .table_name(&self.connections)
            .key("pk", text(LIST))
            .update_expression("ADD ids :id")
            .expression_attribute_values(":id", AttributeValue::Ss(vec![id.to_string()]));
        if only_first {
            update = update.condition_expression("attribute_not_exists(pk)");
        }
        let update = update.build().map_err(|_| StoreError::Undecodable)?;
        let writes =
            vec![TransactWriteItem::builder().put(put).build(), TransactWriteItem::builder().update(update).build()];
        Ok((key, stored.record, writes))
    }

    /// Revokes a key, listed or not; false where there is none of that id. Revoking twice keeps the first time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke_api_key(&self, id: KeyId) -> Result<bool, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(id.pk()))
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", text(self.clock.now().to_string()))
            .send()
            .await;
        succeeded(result)
    }
}
