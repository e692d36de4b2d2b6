//! Open sessions at the bank, shared by every container. One container opens a session under a lease; the others wait for it.

mod lease;

use std::{fmt, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Store, StoreError};
use crate::types::{
    ids::{BunqUserId, InstallationId, UserId},
    sealing::{Place, SealingKeys},
    secret::SessionToken,
};

/// Whose session it is.
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

/// Tells one session of an owner from the next, without its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation(Uuid);

/// The right to open a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    owner: SessionOwner,
    holder: Uuid,
}

/// A session that the bank has just opened.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// Names it to the bank.
    pub token: SessionToken,
    /// The id that stands in the path of calls with it.
    pub path_id: BunqUserId,
    /// When the bank ends it.
    pub ends_at: Timestamp,
    /// The installation that it belongs to: answers are signed with that one's keys.
    pub installation: InstallationId,
}

impl OpenedSession {
    /// The same for this process alone, where the store does not take it.
    #[must_use]
    pub fn unstored(self) -> StoredSession {
        let Self { token, path_id, ends_at, .. } = self;
        StoredSession { token, path_id, ends_at, generation: Generation(Uuid::new_v4()) }
    }
}

/// An open session.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Names it to the bank.
    pub token: SessionToken,
    /// The id that stands in the path of calls with it.
    pub path_id: BunqUserId,
    /// When the bank ends it.
    pub ends_at: Timestamp,
    /// Tells it from the next one.
    pub generation: Generation,
}

/// Which sessions can be used.
#[derive(Clone, Copy, Debug)]
pub struct Usable {
    /// Those that last beyond this.
    pub at: Timestamp,
    /// Those of this installation.
    pub installation: InstallationId,
}

/// Why no session came of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something failed: the next may try at once.
    Failed,
    /// The bank's limit; nobody asks it again for this long.
    Busy(Duration),
}

/// What the store knows of an owner's session.
#[derive(Clone, Debug)]
pub enum StoredState {
    /// Nothing that can be used; nobody is opening one.
    Absent,
    /// Somebody is opening one.
    Leased,
    /// The bank opens none for this long.
    Busy(Duration),
    /// It is open.
    Open(StoredSession),
}

/// Conditions ask whether an attribute exists, so what is absent is not written.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct SessionItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_id: Option<BunqUserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<Generation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installation: Option<InstallationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_holder: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    busy_until: Option<i64>,
    expires_at: i64,
}

fn pk(owner: SessionOwner) -> String {
    format!("SESSION#{owner}")
}

impl Store {
    /// What is known of an owner's session. One that ends before `usable_at`, or belongs to another installation, counts as absent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
    ) -> Result<StoredState, StoreError> {
        let pk = pk(owner);
        let Some(item) = self.read::<SessionItem>(&self.ephemera, &pk).await? else { return Ok(StoredState::Absent) };
        let now = self.clock.now().as_second();
        if item.lease_until.is_some_and(|until| until > now) {
            return Ok(StoredState::Leased);
        }
        if let Some(left) = item.busy_until.and_then(|until| u64::try_from(until - now).ok()).filter(|left| *left > 0) {
            return Ok(StoredState::Busy(Duration::from_secs(left)));
        }
        let (Some(token), Some(path_id), Some(ends_at), Some(generation)) =
            (item.token, item.path_id, item.ends_at, item.generation)
        else {
            return Ok(StoredState::Absent);
        };
        if ends_at <= usable_at.as_second() || item.installation != Some(installation) {
            return Ok(StoredState::Absent);
        }
        let ends_at = Timestamp::from_second(ends_at).map_err(|_| StoreError::Undecodable)?;
        let token = keys.open(Place { item: &pk, attribute: "token" }, &token)?;
        Ok(StoredState::Open(StoredSession { token, path_id, ends_at, generation }))
    }
}
