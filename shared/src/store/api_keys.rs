//! API keys of ours, stored by their SHA-256 only: who reads the table cannot call the API.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Keyed, Store, StoreError, condition_failed, succeeded, text, to_item};
use crate::types::{
    scope::Scope,
    secret::{ApiKey, Secret as _},
};

/// The item that lists the keys, so that listing needs no scan of the table.
const LIST: &str = "APIKEYS";

/// The name of a key, which is not the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Uuid);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
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
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// Key ids and the items that hold the keys.
#[derive(Serialize, Deserialize, Default)]
struct List {
    #[serde(default)]
    keys: std::collections::BTreeMap<String, String>,
}

fn pk(fingerprint: &str) -> String {
    format!("APIKEY#{fingerprint}")
}

impl Store {
    /// What is kept of a key that somebody shows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_api_key(&self, fingerprint: &str) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.read(&self.connections, &pk(fingerprint)).await
    }

    /// Notes that a key is in use, unless that was noted within the hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_api_key_use(&self, fingerprint: &str, record: &ApiKeyRecord) -> Result<(), StoreError> {
        self.note_use(&pk(fingerprint), record.last_used_at, "scopes").await
    }

    /// Every key ever made, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let mut records = Vec::new();
        for fingerprint in self.api_key_list().await?.keys.values() {
            records.extend(self.find_api_key(fingerprint).await?);
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
        name: &str,
        scopes: &[Scope],
        only_first: bool,
    ) -> Result<Option<(ApiKey, ApiKeyRecord)>, StoreError> {
        let key = ApiKey::random();
        let record = ApiKeyRecord {
            id: KeyId(Uuid::new_v4()),
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            created_at: self.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        self.ensure_list().await?;
        let put = Put::builder()
            .table_name(&self.connections)
            .set_item(Some(to_item(&Keyed { pk: &pk(&key.fingerprint()), item: &record })?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let mut update = Update::builder()
            .table_name(&self.connections)
            .key("pk", text(LIST))
            .update_expression("SET #keys.#id = :fingerprint")
            .expression_attribute_names("#keys", "keys")
            .expression_attribute_names("#id", record.id.to_string())
            .expression_attribute_values(":fingerprint", text(key.fingerprint()));
        if only_first {
            update = update
                .condition_expression("size(#keys) = :none")
                .expression_attribute_values(":none", AttributeValue::N("0".to_owned()));
        }
        let update = update.build().map_err(|_| StoreError::Undecodable)?;
        let result = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(update).build())
            .send()
            .await;
        match result {
            Ok(_) => Ok(Some((key, record))),
            Err(error) if only_first && condition_failed(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Revokes a key; false where there is none of that id. Revoking twice keeps the first time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke_api_key(&self, id: KeyId) -> Result<bool, StoreError> {
        let list = self.api_key_list().await?;
        let Some(fingerprint) = list.keys.get(&id.to_string()) else { return Ok(false) };
        let result = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(pk(fingerprint)))
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)")
            // One that is listed and not there must not come to be.
            .condition_expression("attribute_exists(scopes)")
            .expression_attribute_values(":now", text(self.clock.now().to_string()))
            .send()
            .await;
        succeeded(result)
    }

    async fn api_key_list(&self) -> Result<List, StoreError> {
        Ok(self.read(&self.connections, LIST).await?.unwrap_or_default())
    }

    /// An entry can be set in a map only where the map is.
    async fn ensure_list(&self) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(LIST))
            .update_expression("SET #keys = if_not_exists(#keys, :none)")
            .expression_attribute_names("#keys", "keys")
            .expression_attribute_values(":none", AttributeValue::M(std::collections::HashMap::new()))
            .send()
            .await?;
        Ok(())
    }
}
