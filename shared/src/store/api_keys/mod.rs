//! The API keys of this deployment. The store holds only their SHA-256, so a reader of the table cannot call the API.
//!
//! A key's id is derived from the key and names its item. Every working key can therefore be revoked by the id that the
//! logs show for it, even if the list of keys lacks it. An item that lacks an attribute, or was made for another key,
//! does not count as a key. The functions that record a key's use therefore cannot create one.

mod record;
mod rotate;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;

use self::record::Stored;
use super::{
    error::StoreError,
    item::{Item, from_item},
    table::Store,
    write::Write,
};
use crate::types::secret::{ApiKey, Secret as _};

/// The item with the ids of all keys, so that listing needs no scan of the table.
const LIST: &str = "APIKEYS";

pub use record::{ApiKeyRecord, KeyId, KeyIdError, NewApiKey, NoRotation, Successor};

/// The item [`LIST`].
#[derive(Deserialize, Default)]
struct List {
    #[serde(default)]
    ids: Vec<KeyId>,
}

impl Store {
    /// Looks up the API key with this fingerprint (SHA-256 in lower-case hex). Returns `None` if there is none, or its
    /// item is incomplete. Also returns expired and revoked keys: the caller checks [`ApiKeyRecord::is_valid`].
    pub async fn find_api_key(&self, fingerprint: &str) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut items = self.read_items([(&*self.connections, Self::api_key_pk(fingerprint))]).await?;
        Ok(items.remove(&Self::api_key_pk(fingerprint)).and_then(|item| Self::decode_api_key(fingerprint, item)))
    }

    /// Returns the primary key of the API key with this fingerprint.
    pub(super) fn api_key_pk(fingerprint: &str) -> String {
        KeyId::of(fingerprint).pk()
    }

    /// Decodes the item of the API key with this fingerprint. Logs an incomplete item and returns `None` for it.
    pub(super) fn decode_api_key(fingerprint: &str, item: Item) -> Option<ApiKeyRecord> {
        let stored = decode(KeyId::of(fingerprint), item)?;
        (stored.hash == fingerprint).then_some(stored.record)
    }

    /// Reads the item of a key. Logs an incomplete item and returns `None` for it.
    async fn read_api_key(&self, id: KeyId) -> Result<Option<Stored>, StoreError> {
        Ok(self.read_item(&self.connections, &id.pk()).await?.and_then(|item| decode(id, item)))
    }

    /// Records that a key is in use: at most once a minute on its first day and once it has a successor, else at most
    /// once an hour.
    pub async fn note_api_key_use(&self, record: &ApiKeyRecord) -> Result<(), StoreError> {
        let every = record.recorded_every(self.clock.now());
        self.touch_last_used(&record.id.pk(), record.last_used_at, "pk", every).await
    }

    /// Returns every key ever created, newest first, including expired and revoked ones. An incomplete item is logged
    /// and left out.
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let list: Option<List> = self.read(&self.connections, LIST).await?;
        let mut records = Vec::new();
        for id in list.unwrap_or_default().ids {
            records.extend(self.read_api_key(id).await?.map(|stored| stored.record));
        }
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(records)
    }

    /// Registers the workspaces of all keys, so that the events of all of them are found. The creation of a key does
    /// the same, but earlier versions did not.
    pub async fn register_workspaces(&self) -> Result<(), StoreError> {
        let workspaces: BTreeSet<_> = self.list_api_keys().await?.into_iter().map(|record| record.workspace).collect();
        for workspace in workspaces {
            self.write(self.register_workspace(&workspace)?).await?;
        }
        Ok(())
    }

    /// Creates a key and returns it with its record. The store keeps only the hash, so the key cannot be read again.
    /// With `only_first`, returns `None` and creates nothing if any key was ever created.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] also if another writer is changing the list of keys.
    pub async fn create_api_key(
        &self,
        new: NewApiKey,
        only_first: bool,
    ) -> Result<Option<(ApiKey, ApiKeyRecord)>, StoreError> {
        let (key, record, writes) = self.new_key(new, self.clock.now(), only_first)?;
        match self.transact(writes).await {
            Ok(()) => Ok(Some((key, record))),
            Err(failed) if only_first && failed.is_condition() => Ok(None),
            Err(failed) => Err(failed.error),
        }
    }

    /// Returns a new key, its record, and the writes that create it.
    fn new_key(
        &self,
        NewApiKey { name, scopes, workspace, expires_at }: NewApiKey,
        created_at: Timestamp,
        only_first: bool,
    ) -> Result<(ApiKey, ApiKeyRecord, Vec<Write>), StoreError> {
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
        let put = Write::put(&self.connections, &id.pk(), &stored)?.only_if("attribute_not_exists(pk)");
        let mut list = Write::update(&self.connections, LIST, "ADD ids :id")
            .attribute(":id", AttributeValue::Ss(vec![id.to_string()]));
        if only_first {
            list = list.only_if("attribute_not_exists(pk)");
        }
        let register = self.register_workspace(&stored.record.workspace)?;
        Ok((key, stored.record, vec![put, list, register]))
    }

    /// Revokes a key, even if the list of keys lacks it. Returns `false` if no key has this id. A key that is already
    /// revoked keeps its `revoked_at`.
    pub async fn revoke_api_key(&self, id: KeyId) -> Result<bool, StoreError> {
        let revoke = Write::update(&self.connections, &id.pk(), "SET revoked_at = if_not_exists(revoked_at, :now)");
        self.write(revoke.only_if("attribute_exists(pk)").value(":now", &self.clock.now())?).await
    }
}

fn decode(id: KeyId, item: Item) -> Option<Stored> {
    let stored = from_item::<Stored>(item).ok().filter(|stored| stored.record.id == id);
    if stored.is_none() {
        tracing::error!(%id, "api key: an item is incomplete, and no key");
    }
    stored
}
