//! A bunq user, and their connections in all workspaces.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::{
    store::error::StoreError,
    types::{
        ids::{BunqUserId, UserId},
        workspace::Workspace,
    },
};

/// Identifies a bunq user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantedKey {
    /// The user's own id at bunq.
    User(BunqUserId),
    /// The id of the user API key, if bunq does not give the user's own id.
    ApiKey(BunqUserId),
}

impl GrantedKey {
    pub(super) fn pk(self) -> String {
        match self {
            Self::User(id) => format!("GRANTED#{id}"),
            Self::ApiKey(id) => format!("GRANTED#api-key-{id}"),
        }
    }
}

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

    /// Returns whether the user has no connection.
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    pub(super) fn attribute(&self) -> Result<AttributeValue, StoreError> {
        serde_dynamo::to_attribute_value(&self.users).map_err(|_| StoreError::Undecodable)
    }
}
