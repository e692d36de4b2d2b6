//! The API keys of this deployment. The store holds only their SHA-256, so a reader of the table cannot call the API.
//!
//! A key's id is derived from the key and names its item. Every working key can therefore be revoked by the id that the
//! logs show for it, even if the list of keys lacks it. An item that lacks an attribute, or was made for another key,
//! does not count as a key. The functions that record a key's use therefore cannot create one.

mod key_id;
mod record;
mod rotate;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::Deserialize;

use self::record::Stored;
use super::{
    condition::{condition_failed, succeeded},
    error::StoreError,
    item::{Item, WithKey, from_item, text, to_item},
    table::Store,
};
use crate::types::secret::{ApiKey, Secret as _};

/// The item with the ids of all keys, so that listing needs no scan of the table.
const LIST: &str = "APIKEYS";

pub use key_id::{KeyId, KeyIdError};
pub use record::{ApiKeyRecord, NewApiKey, NoRotation, Successor};

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
