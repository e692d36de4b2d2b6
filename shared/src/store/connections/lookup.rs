//! The lookup from a bunq user to their connections: one item holds the user's connection in each workspace. A change
//! of the item requires that it is still as it was read. Otherwise two workspaces could connect the same user at once,
//! each believing to be the only one.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::GrantedKey;
use crate::{
    store::table::{Store, StoreError, WithKey, to_item},
    types::{ids::UserId, workspace::Workspace},
};

/// The connections of one bunq user: at most one in each workspace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Granted {
    users: BTreeMap<Workspace, UserId>,
}

impl Granted {
    /// Returns the user's connection in a workspace, or `None` if there is none.
    #[must_use]
    pub fn user_id(&self, workspace: &Workspace) -> Option<UserId> {
        self.users.get(workspace).copied()
    }

    /// Returns whether the user has a connection in any workspace other than this one.
    #[must_use]
    pub fn is_elsewhere(&self, workspace: &Workspace) -> bool {
        self.users.keys().any(|other| other != workspace)
    }

    /// Returns a copy with this connection, in place of any other in the workspace.
    pub(super) fn with(&self, workspace: &Workspace, user_id: UserId) -> Self {
        let mut users = self.users.clone();
        users.insert(workspace.clone(), user_id);
        Self { users }
    }

    /// Returns a copy without the connection in a workspace.
    pub(super) fn without(&self, workspace: &Workspace) -> Self {
        let mut users = self.users.clone();
        users.remove(workspace);
        Self { users }
    }

    fn attribute(&self) -> Result<AttributeValue, StoreError> {
        serde_dynamo::to_attribute_value(&self.users).map_err(|_| StoreError::Undecodable)
    }
}

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
        if after.users.is_empty() {
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
        let put = if before.users.is_empty() {
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
