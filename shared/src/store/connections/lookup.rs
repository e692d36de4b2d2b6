//! The lookup from a bunq user to their connections: one item holds the user's connection in each workspace. A change
//! of the item requires that it is still as it was read. Otherwise two workspaces could connect the same user at once,
//! each believing to be the only one.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};

use super::granted::{Granted, GrantedKey};
use crate::store::{
    error::StoreError,
    item::{WithKey, to_item},
    table::Store,
};

impl Store {
    /// Looks up the connections of a bunq user in all workspaces. Returns an empty [`Granted`] if there are none.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Undecodable`] if the item has an unexpected shape.
    pub async fn find_granted(&self, key: GrantedKey) -> Result<Granted, StoreError> {
        Ok(self.read(&self.connections, &key.pk()).await?.unwrap_or_default())
    }

    /// Returns the write that replaces `before` by `after`, on condition that `before` is still stored. An empty
    /// `after` deletes the item.
    pub(super) fn replace_granted(
        &self,
        key: GrantedKey,
        before: &Granted,
        after: &Granted,
    ) -> Result<TransactWriteItem, StoreError> {
        let fresh = "attribute_not_exists(pk)";
        let same = "#users = :before";
        if after.is_empty() {
            // An empty item would still tell that the bunq user was connected once.
            let delete = Delete::builder()
                .table_name(&self.connections)
                .key("pk", AttributeValue::S(key.pk()))
                .condition_expression(format!("{fresh} OR {same}"))
                .expression_attribute_names("#users", "users")
                .expression_attribute_values(":before", before.attribute()?);
            let delete = delete.build().map_err(|_| StoreError::Undecodable)?;
            return Ok(TransactWriteItem::builder().delete(delete).build());
        }
        let item = to_item(&WithKey { pk: &key.pk(), item: after })?;
        let put = Put::builder().table_name(&self.connections).set_item(Some(item));
        let put = if before.is_empty() {
            put.condition_expression(fresh)
        } else {
            put.condition_expression(same)
                .expression_attribute_names("#users", "users")
                .expression_attribute_values(":before", before.attribute()?)
        };
        let put = put.build().map_err(|_| StoreError::Undecodable)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
