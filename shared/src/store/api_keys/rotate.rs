//! A key gets a successor, and ends by itself when its program has had the time to change.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};

use super::{ApiKeyRecord, KeyId, NewApiKey};
use crate::{
    store::table::{Store, StoreError, lost_race, text},
    types::secret::ApiKey,
};

/// What a successor is to be, where it differs from its predecessor.
#[derive(Clone, Copy, Debug)]
pub struct Successor {
    /// How long the predecessor goes on working.
    pub overlap: SignedDuration,
    /// When the successor stops working; by default after as long as the predecessor was to work.
    pub expires_at: Option<Timestamp>,
}

/// Why a key gets no successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRotation {
    /// There is no key of that id.
    Unknown,
    /// It was revoked, or has expired: there is nothing to go on with.
    Ended,
}

impl Store {
    /// Makes a key with the name, scopes and workspace of another, which then ends after an overlap, or at its own
    /// time if that comes first. Its `expires_at` stays: no role may change that.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer, [`StoreError::Contended`] if the key was revoked or rotated
    /// at the same moment.
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
        // Rotating again, because the first successor was lost, gives the key no more time.
        let end = later(successor.overlap);
        let end = old.ends_at.map_or(end, |ends_at| ends_at.min(end));
        writes.push(self.end_at(id, (end, old.replaced_by), &record)?);
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Ok((key, record))),
            Err(error) if lost_race(&error) => Err(StoreError::Contended),
            Err(error) => Err(error.into()),
        }
    }

    /// The write that lets a key end, unless somebody has revoked or rotated it meanwhile.
    fn end_at(
        &self,
        id: KeyId,
        (end, replaced_by): (Timestamp, Option<KeyId>),
        successor: &ApiKeyRecord,
    ) -> Result<TransactWriteItem, StoreError> {
        let works = "attribute_exists(pk) AND attribute_not_exists(revoked_at)";
        let update = Update::builder()
            .table_name(&self.connections)
            .key("pk", text(id.pk()))
            .update_expression("SET ends_at = :end, replaced_at = :now, replaced_by = :successor");
        let update = match replaced_by {
            None => update.condition_expression(format!("{works} AND attribute_not_exists(replaced_by)")),
            Some(before) => update
                .condition_expression(format!("{works} AND replaced_by = :before"))
                .expression_attribute_values(":before", text(before.to_string())),
        };
        let update = update
            .expression_attribute_values(":end", text(end.to_string()))
            .expression_attribute_values(":now", text(successor.created_at.to_string()))
            .expression_attribute_values(":successor", text(successor.id.to_string()));
        let update = update.build().map_err(|_| StoreError::Undecodable)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
