//! The way from a bunq user to their connections: one item says which connection the user has in which workspace. Each
//! change is on condition that nobody else changed the item meanwhile, so that two workspaces cannot both be the only
//! one.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::GrantedKey;
use crate::{
    store::table::{Keyed, Store, StoreError, to_item},
    types::{ids::UserId, workspace::Workspace},
};

/// Which connections a bunq user has.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Granted {
    users: BTreeMap<Workspace, UserId>,
}

impl Granted {
    /// The connection in a workspace.
    #[must_use]
    pub fn user_id(&self, workspace: &Workspace) -> Option<UserId> {
        self.users.get(workspace).copied()
    }

    /// Whether there is a connection in another workspace.
    #[must_use]
    pub fn is_elsewhere(&self, workspace: &Workspace) -> bool {
        self.users.keys().any(|other| other != workspace)
    }

    /// The same with this connection.
    pub(super) fn with(&self, workspace: &Workspace, user_id: UserId) -> Self {
        let mut users = self.users.clone();
        users.insert(workspace.clone(), user_id);
        Self { users }
    }

    /// The same without the connection in a workspace.
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
    /// Which connections a bunq user has, in any workspace.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be read.
    pub async fn find_granted(&self, key: GrantedKey) -> Result<Granted, StoreError> {
        Ok(self.read(&self.connections, &key.pk()).await?.unwrap_or_default())
    }

    /// The write that puts `after` in the place of `before`, if that is still there.
    pub(super) fn replace_granted(
        &self,
        key: GrantedKey,
        before: &Granted,
        after: &Granted,
    ) -> Result<TransactWriteItem, StoreError> {
        let fresh = "attribute_not_exists(pk)";
        let same = "#users = :before";
        if after.users.is_empty() {
            // Nothing that tells of the bunq user is left.
            let delete = Delete::builder()
                .table_name(&self.connections)
                .key("pk", AttributeValue::S(key.pk()))
                .condition_expression(format!("{fresh} OR {same}"))
                .expression_attribute_names("#users", "users")
                .expression_attribute_values(":before", before.attribute()?);
            let delete = delete.build().map_err(|_| StoreError::Undecodable)?;
            return Ok(TransactWriteItem::builder().delete(delete).build());
        }
        let item = to_item(&Keyed { pk: &key.pk(), item: after })?;
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
