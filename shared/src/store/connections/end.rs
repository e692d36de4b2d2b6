//! How a connection ends: the bank refuses the consent, or the owner deletes it.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::Serialize;

use super::{Connection, user_pk};
use crate::{
    store::table::{Keyed, Store, StoreError, condition_failed, succeeded, text, to_item},
    types::ids::UserId,
};

/// What is left of a deleted connection: that there was one. Nothing of the customer's.
#[derive(Serialize)]
struct Tombstone {
    user_id: UserId,
    deleted_at: Timestamp,
}

impl Store {
    /// Notes that the bank refuses this consent. A later one is not touched: false then, or where it was noted before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_revoked(&self, connection: &Connection) -> Result<bool, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(user_pk(connection.user_id)))
            .update_expression("SET revoked_at = :now")
            // By its token and not by its time: two consents can come in one second.
            .condition_expression("access_token = :refused AND attribute_not_exists(revoked_at)")
            .expression_attribute_values(":now", text(self.now_in_seconds().to_string()))
            .expression_attribute_values(":refused", text(connection.access_token.as_str()))
            .send()
            .await;
        succeeded(result)
    }

    /// Puts a tombstone in a connection's place and cuts the way to it from the bunq user, so that a later consent of theirs makes another.
    /// False where that way leads elsewhere by now: somebody else was first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_connection(&self, connection: &Connection) -> Result<bool, StoreError> {
        let user_id = connection.user_id;
        let tombstone = Tombstone { user_id, deleted_at: self.now_in_seconds() };
        let tombstone = Put::builder()
            .table_name(&self.connections)
            .set_item(Some(to_item(&Keyed { pk: &user_pk(user_id), item: tombstone })?))
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let lookup = Delete::builder()
            .table_name(&self.connections)
            .key("pk", text(connection.granted().pk()))
            .condition_expression("attribute_not_exists(pk) OR user_id = :user")
            .expression_attribute_values(":user", text(user_id.to_string()))
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let result = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(tombstone).build())
            .transact_items(TransactWriteItem::builder().delete(lookup).build())
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) if condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
