//! The record of a session, and of the lease to open one.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::types::{
    ids::{BunqUserId, InstallationId, UserId},
    secret::SessionToken,
};

/// The owner of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionOwner {
    /// The TPP itself.
    Tpp,
    /// A connected customer.
    Customer(UserId),
}

impl fmt::Display for SessionOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tpp => f.write_str("tpp"),
            Self::Customer(user_id) => user_id.fmt(f),
        }
    }
}

/// Identifies one session among the successive sessions of an owner, without its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation(pub(super) Uuid);

/// The right to open a session for an owner. One container at a time holds it, for at most 35 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(super) owner: SessionOwner,
    pub(super) holder: Uuid,
}

/// A session that the bank has just opened.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// The token that authenticates calls in the session.
    pub token: SessionToken,
    /// The user id in the path of calls in the session.
    pub path_id: BunqUserId,
    /// When the bank ends the session.
    pub ends_at: Timestamp,
    /// The installation that the session belongs to. The bank signs its answers with the keys of that installation.
    pub installation: InstallationId,
}

impl OpenedSession {
    /// Returns the session for use by this process alone, for a caller that could not store it.
    #[must_use]
    pub fn unstored(self) -> StoredSession {
        let Self { token, path_id, ends_at, installation } = self;
        StoredSession { token, path_id, ends_at, generation: Generation(Uuid::new_v4()), installation }
    }
}

/// An open session, as the store returns it.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The token that authenticates calls in the session.
    pub token: SessionToken,
    /// The user id in the path of calls in the session.
    pub path_id: BunqUserId,
    /// When the bank ends the session.
    pub ends_at: Timestamp,
    /// Distinguishes the session from the owner's other sessions.
    pub generation: Generation,
    /// The installation that the session belongs to.
    pub installation: InstallationId,
}

/// Which sessions are usable. Both conditions must hold.
#[derive(Clone, Copy, Debug)]
pub struct Usable {
    /// The session must end later than this.
    pub at: Timestamp,
    /// The session must belong to this installation.
    pub installation: InstallationId,
}

/// Why a lease ended without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Opening the session failed. Another container may try at once.
    Failed,
    /// The bank's rate limit was reached. No container should try for this long.
    Busy(Duration),
}

/// The state of an owner's session in the store.
#[derive(Clone, Debug)]
pub enum StoredState {
    /// There is no usable session, and no container is opening one.
    Absent {
        /// Whether a container had to wait for the bank's limit, and the wait is over.
        is_due: bool,
    },
    /// A container holds the lease and is opening a session.
    Leased,
    /// The bank's rate limit was reached. No container should open a session for this long.
    Busy(Duration),
    /// There is an open session, but it belongs to another installation.
    OfAnotherInstallation,
    /// There is an open, usable session.
    Open(StoredSession),
}

/// The item of a session.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct SessionItem {
    pub(super) token: Option<String>,
    pub(super) path_id: Option<BunqUserId>,
    pub(super) ends_at: Option<i64>,
    pub(super) generation: Option<Generation>,
    pub(super) installation: Option<InstallationId>,
    pub(super) lease_holder: Option<Uuid>,
    pub(super) lease_until: Option<i64>,
    pub(super) busy_until: Option<i64>,
    pub(super) expires_at: i64,
}

pub(super) fn pk(owner: SessionOwner) -> String {
    format!("SESSION#{owner}")
}
