//! How a connection ends: the bank refuses the consent, or the owner deletes it.

use aws_sdk_dynamodb::types::{Put, ReturnValue, TransactWriteItem, builders::PutBuilder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Connection, references::Unchanged, user_pk};
use crate::{
    store::table::{Keyed, Store, StoreError, text, to_item, updated},
    types::{ids::UserId, workspace::Workspace},
};

/// What became of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// It is new.
    Now,
    /// It was there before.
    Before,
    /// The customer has consented anew or is gone: this consent is nobody's any more.
    Outdated,
}

/// What is left of a deleted connection: that there was one, in which workspace, and until when a consent counted.
/// Nothing of the customer's.
#[derive(Serialize, Deserialize)]
pub(super) struct Tombstone {
    user_id: UserId,
    pub(super) workspace: Workspace,
    consented_at: Timestamp,
    deleted_at: Timestamp,
}

impl Store {
    /// Notes that the bank refuses this consent. A later one is not touched.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_revoked(&self, connection: &Connection) -> Result<Marked, StoreError> {
        let now = self.now_in_seconds();
        let update = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(user_pk(connection.user_id)))
            // By its token and not by its time: two consents can come in one second.
            .condition_expression("access_token = :refused")
            .expression_attribute_values(":refused", text(connection.access_token.as_str()))
            .expression_attribute_values(":now", text(now.to_string()))
            .return_values(ReturnValue::AllOld)
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)");
        let Some(before) = updated(update.send().await)? else { return Ok(Marked::Outdated) };
        // Our own mark is there before it where the SDK sends again what went through but was not answered.
        let own = text(now.to_string());
        let is_new = before.get("revoked_at").is_none_or(|revoked_at| *revoked_at == own);
        Ok(if is_new { Marked::Now } else { Marked::Before })
    }

    /// Puts a tombstone in a connection's place and cuts the way to it from the bunq user, so that a later consent of
    /// theirs makes another. False where that way leads elsewhere or somebody else is at it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_connection(&self, connection: &Connection) -> Result<bool, StoreError> {
        let granted = self.find_granted(connection.granted()).await?;
        if granted.user_id(&connection.workspace).is_some_and(|user_id| user_id != connection.user_id) {
            return Ok(false);
        }
        let lookup = self.replace_granted(connection.granted(), &granted, &granted.without(&connection.workspace))?;
        self.write_tombstone(connection, vec![lookup]).await
    }

    /// Puts a tombstone in the place of a connection to which no way leads, such as one that came back from a backup.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if it changed meanwhile.
    pub async fn erase_stray_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.write_tombstone(connection, Vec::new()).await? { Ok(()) } else { Err(StoreError::Contended) }
    }

    /// Puts a tombstone in a connection's place, and cuts the ways to it from its references. False if somebody changed
    /// one of these meanwhile.
    async fn write_tombstone(
        &self,
        connection: &Connection,
        mut writes: Vec<TransactWriteItem>,
    ) -> Result<bool, StoreError> {
        let unchanged = Unchanged::since(Some(connection))?;
        let tombstone = self
            .tombstone(connection)?
            .condition_expression(unchanged.expression)
            .set_expression_attribute_names(unchanged.names)
            .set_expression_attribute_values(unchanged.values);
        let tombstone = tombstone.build().map_err(|_| StoreError::Undecodable)?;
        writes.push(TransactWriteItem::builder().put(tombstone).build());
        for one in &connection.references {
            writes.push(self.delete_reference(connection, &one.reference)?);
        }
        self.write_all(writes).await
    }

    fn tombstone(&self, connection: &Connection) -> Result<PutBuilder, StoreError> {
        let Connection { user_id, workspace, consented_at, .. } = connection.clone();
        let tombstone = Tombstone { user_id, workspace, consented_at, deleted_at: self.now_in_seconds() };
        let item = to_item(&Keyed { pk: &user_pk(user_id), item: tombstone })?;
        Ok(Put::builder().table_name(&self.connections).set_item(Some(item)))
    }
}
