//! Rotates API keys: a key gets a successor, and ends by itself after an overlap in which its program changes over.

use jiff::Timestamp;

use super::record::{ApiKeyRecord, KeyId, NewApiKey, NoRotation, Successor};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::secret::ApiKey,
};

impl Store {
    /// Creates a successor with the name, scopes and workspace of a key. The key then ends after the overlap, or at its
    /// `expires_at` if that comes first. Rotating a key again never moves its end to a later time. `expires_at` of the
    /// key does not change, because no role may change it. The inner error says why the key cannot be rotated.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if another writer revoked or rotated the key, or changed the list of keys, at
    /// the same time.
    pub async fn rotate_api_key(
        &self,
        id: KeyId,
        successor: Successor,
    ) -> Result<Result<(ApiKey, ApiKeyRecord), NoRotation>, StoreError> {
        let now = self.clock.now();
        let Some(stored) = self.read_api_key(id).await? else { return Ok(Err(NoRotation::Unknown)) };
        let old = stored.record;
        if !old.is_valid(now) {
            return Ok(Err(NoRotation::Ended));
        }
        let later = |duration| now.checked_add(duration).unwrap_or(Timestamp::MAX);
        let lifetime = old.expires_at.map(|expires_at| expires_at.duration_since(old.created_at));
        let new = NewApiKey {
            name: old.name,
            scopes: old.scopes,
            workspace: old.workspace,
            expires_at: successor.expires_at.or(lifetime.map(later)),
        };
        let (key, record, mut writes) = self.new_key(new, now, false)?;
        // An operator who lost the first successor rotates again. That must not give the key more time.
        let end = later(successor.overlap);
        let end = old.ends_at.map_or(end, |ends_at| ends_at.min(end));
        writes.push(self.end_at(id, (end, old.replaced_by), &record)?);
        if self.write_all(writes).await? { Ok(Ok((key, record))) } else { Err(StoreError::Contended) }
    }

    /// Returns the write that sets the end and the successor of a key. Its condition fails if the key was revoked or
    /// rotated meanwhile. `replaced_by` is the successor that the key had before.
    fn end_at(
        &self,
        id: KeyId,
        (end, replaced_by): (Timestamp, Option<KeyId>),
        successor: &ApiKeyRecord,
    ) -> Result<Write, StoreError> {
        let works = "attribute_exists(pk) AND attribute_not_exists(revoked_at)";
        let expression = "SET ends_at = :end, replaced_at = :now, replaced_by = :successor";
        let update = Write::update(&self.connections, &id.pk(), expression);
        let update = match replaced_by {
            None => update.only_if(format!("{works} AND attribute_not_exists(replaced_by)")),
            Some(before) => update.only_if(format!("{works} AND replaced_by = :before")).value(":before", &before)?,
        };
        update.value(":end", &end)?.value(":now", &successor.created_at)?.value(":successor", &successor.id)
    }
}
