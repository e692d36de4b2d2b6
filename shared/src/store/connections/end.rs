//! Ends a connection: the bank refuses the consent, or a caller deletes the connection.

use aws_sdk_dynamodb::types::ReturnValue;

use super::{
    record::{Connection, Marked, Tombstone, user_pk},
    references::only_if_unchanged,
};
use crate::store::{
    error::StoreError,
    item::text,
    table::Store,
    write::{Write, unless_condition_failed},
};

impl Store {
    /// Marks a connection's consent as revoked, because the bank refuses its token. The first such time is kept.
    /// Changes nothing if the connection has a newer consent or was deleted.
    pub async fn mark_revoked(&self, connection: &Connection) -> Result<Marked, StoreError> {
        let now = self.now_in_seconds();
        let update = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(user_pk(connection.user_id)))
            // The token identifies the consent. Its time does not: two consents can be stored in one second.
            .condition_expression("access_token = :refused")
            .expression_attribute_values(":refused", text(connection.access_token.as_str()))
            .expression_attribute_values(":now", text(now.to_string()))
            .return_values(ReturnValue::AllOld)
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)");
        let Some(output) = unless_condition_failed(update.send().await)? else { return Ok(Marked::Outdated) };
        // The SDK sends the update again if an answer is lost. Then the old values already hold our own mark.
        let own = text(now.to_string());
        let before = output.attributes.unwrap_or_default();
        let is_new = before.get("revoked_at").is_none_or(|revoked_at| *revoked_at == own);
        Ok(if is_new { Marked::Now } else { Marked::Before })
    }

    /// Deletes a connection: replaces it by a tombstone, deletes the items of its references, and removes it from the
    /// bunq user's [`Granted`](super::Granted) item, so that their next consent creates a new connection. All of this
    /// is one transaction. Does not end the customer's session.
    ///
    /// Returns `false`, and changes nothing, if the [`Granted`](super::Granted) item names another connection for this
    /// workspace, or another writer changed one of these items meanwhile.
    pub async fn erase_connection(&self, connection: &Connection) -> Result<bool, StoreError> {
        let granted = self.find_granted(connection.granted()).await?;
        if granted.user_id(&connection.workspace).is_some_and(|user_id| user_id != connection.user_id) {
            return Ok(false);
        }
        let lookup = self.replace_granted(connection.granted(), &granted, &granted.without(&connection.workspace))?;
        self.write_tombstone(connection, vec![lookup]).await
    }

    /// Deletes a connection that the bunq user's [`Granted`](super::Granted) item does not name, such as one that was
    /// restored from a backup: replaces it by a tombstone and deletes the items of its references. Does not read or
    /// change the [`Granted`](super::Granted) item.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if another writer changed one of these items meanwhile.
    pub async fn erase_stray_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.write_tombstone(connection, Vec::new()).await? { Ok(()) } else { Err(StoreError::Contended) }
    }

    /// Replaces a connection by a tombstone and deletes the items of its references, in one transaction with `writes`.
    /// Returns `false`, and changes nothing, if another writer changed one of these items meanwhile.
    async fn write_tombstone(&self, connection: &Connection, mut writes: Vec<Write>) -> Result<bool, StoreError> {
        let Connection { user_id, workspace, consented_at, .. } = connection.clone();
        let tombstone = Tombstone { user_id, workspace, consented_at, deleted_at: self.now_in_seconds() };
        let tombstone = Write::put(&self.connections, &user_pk(user_id), &tombstone)?;
        writes.push(only_if_unchanged(tombstone, Some(connection))?);
        writes.extend(connection.references.iter().map(|one| self.delete_reference(connection, &one.reference)));
        self.write_all(writes).await
    }
}
