//! A bunq user, and their connections in all workspaces.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::types::{
    ids::{BunqUserId, UserId},
    workspace::Workspace,
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
    /// Returns the key of a user whose own id bunq may not have given.
    pub(in crate::store) fn new(own: Option<BunqUserId>, api_key_id: BunqUserId) -> Self {
        own.map_or(Self::ApiKey(api_key_id), Self::User)
    }

    /// Returns the user's own id, if bunq gave it.
    pub(in crate::store) fn own(self) -> Option<BunqUserId> {
        match self {
            Self::User(id) => Some(id),
            Self::ApiKey(_) => None,
        }
    }

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
    pub(super) users: BTreeMap<Workspace, UserId>,
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
        let mut granted = self.clone();
        granted.users.insert(workspace.clone(), user_id);
        granted
    }

    /// Returns a copy without the connection in a workspace.
    pub(super) fn without(&self, workspace: &Workspace) -> Self {
        let mut granted = self.clone();
        granted.users.remove(workspace);
        granted
    }
}
