//! Access of callers: our API keys are looked up by their hash, so that the time of a comparison reveals nothing of the
//! key. The table contains no key. Memory trusts a key for a minute, so a revoked key stops working in every process
//! within that time. An expired key stops at its expiry.

use std::sync::Arc;

use crate::{
    store::{ApiKeyRecord, KeyId, NewApiKey, NoRotation, Store, StoreError, Successor},
    telemetry::{
        Metric,
        audit::{Fact, ObjectId, note},
        count,
    },
    types::{
        cache::{Cache, Trust},
        clock::Clock,
        scope::Scope,
        secret::{ApiKey, Secret as _},
    },
};

/// Why a caller is rejected.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The key does not exist, was revoked, or has expired.
    #[error("the API key is not valid")]
    Invalid,
    /// The key lacks the scope.
    #[error("the API key lacks the scope {0}")]
    Scope(Scope),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks and manages the API keys.
pub struct Access {
    store: Store,
    clock: Clock,
    pub(super) cache: Cache<String, Arc<ApiKeyRecord>>,
}

impl Access {
    /// Makes the API keys of this store.
    pub(super) fn new(store: Store, clock: Clock) -> Self {
        Self { store, cache: Cache::new(clock.clone()), clock }
    }

    /// Returns the record of a key that is valid and has the scope.
    ///
    /// # Errors
    /// Returns [`AccessError::Invalid`] if the key is not valid, [`AccessError::Scope`] if it lacks the scope,
    /// [`AccessError::Store`] if the store cannot be read.
    pub async fn authorise(&self, key: &ApiKey, scope: Scope, trust: Trust) -> Result<Arc<ApiKeyRecord>, AccessError> {
        let fingerprint = key.fingerprint();
        let load = async || self.accept(self.store.find_api_key(&fingerprint).await?).map(Arc::new);
        let record = self.cache.get_or_load(&fingerprint, trust, load).await?;
        // Comes before the check of the scope, so that the audit line of a rejected call names the key.
        note_key(&record);
        // The record in memory may be old, so its expiry is compared with the clock.
        if !record.is_valid(self.clock.now()) {
            return Err(AccessError::Invalid);
        }
        if record.scopes.contains(&scope) { Ok(record) } else { Err(AccessError::Scope(scope)) }
    }

    /// Returns a record that was found in the store, if it is valid now.
    ///
    /// # Errors
    /// Returns [`AccessError::Invalid`] if there is none or it is not valid.
    pub(super) fn accept(&self, found: Option<ApiKeyRecord>) -> Result<ApiKeyRecord, AccessError> {
        // A key that is no longer valid also has an id, and the audit line names it.
        let found = found.inspect(note_key);
        found.filter(|record| record.is_valid(self.clock.now())).ok_or(AccessError::Invalid)
    }

    /// Makes an API key.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer.
    pub async fn create(&self, new: NewApiKey) -> Result<(ApiKey, ApiKeyRecord), StoreError> {
        let made = self.store.create_api_key(new, false).await?.ok_or(StoreError::Contended)?;
        note_created(&made.1);
        Ok(made)
    }

    /// Makes an API key that replaces another. The old key ends after an overlap.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer, or the key was revoked or rotated at the same moment.
    pub async fn rotate(
        &self,
        id: KeyId,
        successor: Successor,
    ) -> Result<Result<(ApiKey, ApiKeyRecord), NoRotation>, StoreError> {
        note(Fact::Object(ObjectId::Uuid(id.into())));
        let made = self.store.rotate_api_key(id, successor).await?;
        if let Ok((_, record)) = &made {
            note_created(record);
        }
        Ok(made)
    }

    /// Lists every API key ever made, without the keys themselves.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer.
    pub async fn list(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.store.list_api_keys().await
    }

    /// Revokes an API key. Returns `false` if no key has that id.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer.
    pub async fn revoke(&self, id: KeyId) -> Result<bool, StoreError> {
        note(Fact::Object(ObjectId::Uuid(id.into())));
        self.store.revoke_api_key(id).await
    }
}

/// Adds the id and the workspace of the caller's key to the audit line.
fn note_key(record: &ApiKeyRecord) {
    note(Fact::ApiKey(record.id.into()));
    note(Fact::Workspace(record.workspace.clone()));
}

/// Adds a new key to the audit line, and counts it for the alarm.
pub(super) fn note_created(record: &ApiKeyRecord) {
    count(Metric::ApiKeysCreated);
    note(Fact::Object(ObjectId::Uuid(record.id.into())));
    note(Fact::Workspace(record.workspace.clone()));
}
