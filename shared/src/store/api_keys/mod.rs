//! The API keys of this deployment. The store holds only their SHA-256, so a reader of the table cannot call the API.
//!
//! A key's id is derived from the key and names its item. Every working key can therefore be revoked by the id that the
//! logs show for it, even if the list of keys lacks it. An item that lacks an attribute, or was made for another key,
//! does not count as a key. The functions that record a key's use therefore cannot create one.

mod key_id;
mod rotate;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::table::{Item, Store, StoreError, WithKey, condition_failed, from_item, succeeded, text, to_item};
use crate::types::{
    scope::Scope,
    secret::{ApiKey, Secret as _},
    workspace::Workspace,
};

/// The item with the ids of all keys, so that listing needs no scan of the table.
const LIST: &str = "APIKEYS";

/// How long a key counts as new, so that its use is recorded more often.
const FIRST_DAY: SignedDuration = SignedDuration::from_hours(24);

pub use key_id::{KeyId, KeyIdError};
pub use rotate::{NoRotation, Successor};

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
    fn recorded_every(&self, now: Timestamp) -> SignedDuration {
        let is_new = now.duration_since(self.created_at) < FIRST_DAY;
        if is_new || self.replaced_at.is_some() { SignedDuration::from_mins(1) } else { SignedDuration::from_hours(1) }
    }
}

/// The item of a key. `hash` is the key's SHA-256 in lower-case hex.
#[derive(Serialize, Deserialize)]
struct Stored {
    hash: String,
    #[serde(flatten)]
    record: ApiKeyRecord,
}

/// The item [`LIST`].
#[derive(Deserialize, Default)]
struct List {
    #[serde(default)]
    ids: Vec<KeyId>,
}

impl Store {
    /// Looks up the API key with this fingerprint (SHA-256 in lower-case hex). Returns `None` if there is none, or its
    /// item is incomplete. Also returns expired and revoked keys: the caller checks [`ApiKeyRecord::is_valid`].
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn find_api_key(&self, fingerprint: &str) -> Result<Option<ApiKeyRecord>, StoreError> {
        let found = self.read_api_key(KeyId::of(fingerprint)).await?;
        Ok(found.filter(|stored| stored.hash == fingerprint).map(|stored| stored.record))
    }

    /// Reads the item of a key. Logs an incomplete item and returns `None` for it.
    async fn read_api_key(&self, id: KeyId) -> Result<Option<Stored>, StoreError> {
        let item: Option<Item> = self.read_item(&self.connections, &id.pk()).await?;
        let Some(item) = item else { return Ok(None) };
        let stored = from_item::<Stored>(item).ok().filter(|stored| stored.record.id == id);
        if stored.is_none() {
            tracing::error!(%id, "api key: an item is incomplete, and no key");
        }
        Ok(stored)
    }

    /// Records that a key is in use: at most once a minute on its first day and once it has a successor, else at most
    /// once an hour.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn note_api_key_use(&self, record: &ApiKeyRecord) -> Result<(), StoreError> {
        let every = record.recorded_every(self.clock.now());
        self.touch_last_used(&record.id.pk(), record.last_used_at, "pk", every).await
    }

    /// Returns every key ever created, newest first, including expired and revoked ones. An incomplete item is logged
    /// and left out.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Undecodable`] if the list of ids has an unexpected shape.
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let list: Option<List> = self.read(&self.connections, LIST).await?;
        let mut records = Vec::new();
        for id in list.unwrap_or_default().ids {
            records.extend(self.read_api_key(id).await?.map(|stored| stored.record));
        }
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(records)
    }

    /// Creates a key and returns it with its record. The store keeps only the hash, so the key cannot be read again.
    /// With `only_first`, returns `None` and creates nothing if any key was ever created.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails or another writer is changing the list of keys, and
    /// [`StoreError::Misconfigured`] if DynamoDB rejects the request.
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

    /// Returns a new key, its record, and the writes that create it.
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
            .set_item(Some(to_item(&WithKey { pk: &id.pk(), item: &stored })?))
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

    /// Revokes a key, even if the list of keys lacks it. Returns `false` if no key has this id. A key that is already
    /// revoked keeps its `revoked_at`.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
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
