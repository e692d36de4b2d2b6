//! What is stored of the search for changes that no callback has reported. It is part of the connection, so it is
//! erased with it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    super::{Connection, record::user_pk},
    Notifications,
    walk::Walk,
};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::ids::UserId,
};

/// The item that says which failed callbacks of the list of the TPP are handled.
const PROVIDER: &str = "FAILED_CALLBACKS";

#[derive(Serialize, Deserialize)]
struct Provider {
    failures_until: u64,
}

/// A connection on the walk.
#[derive(Clone, Debug, Deserialize)]
pub struct WatchedConnection {
    revoked_at: Option<Timestamp>,
    /// What is known of its filters.
    pub notifications: Option<Notifications>,
    /// When its accounts were last polled. `None` if they never were.
    pub polled_at: Option<Timestamp>,
}

/// A page of the walk.
#[derive(Clone, Debug)]
pub struct WatchWalk {
    /// The connections whose consent is not revoked, in the order of their keys.
    pub connections: Vec<(UserId, WatchedConnection)>,
    /// Where the next page begins, or `None` at the end of the table.
    pub next: Option<String>,
}

impl Store {
    /// Reads a page of the walk over the connections whose changes are looked for: at most 200 items of the table. The
    /// read is eventually consistent: what is missed is found by the next walk.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the table cannot be read.
    pub async fn watch_walk(&self, after: Option<&str>) -> Result<WatchWalk, StoreError> {
        let attributes = "pk, notifications, revoked_at, polled_at";
        let (mut connections, next) = self.walk::<WatchedConnection>(after, attributes).await?;
        connections.retain(|(_, watched)| watched.revoked_at.is_none());
        Ok(WatchWalk { connections, next })
    }

    /// Reads where the walk over the connections continues. Returns `None` at the beginning.
    pub async fn find_watch_place(&self) -> Result<Option<String>, StoreError> {
        self.find_place(Walk::Watch).await
    }

    /// Stores where the walk over the connections continues.
    pub async fn keep_watch_place(&self, after: Option<String>) -> Result<(), StoreError> {
        self.keep_place(Walk::Watch, after).await
    }

    /// Reads the id of the last failed callback of the TPP's own list that was handled, or 0.
    pub async fn find_provider_failures(&self) -> Result<u64, StoreError> {
        let found: Option<Provider> = self.read(&self.connections, PROVIDER).await?;
        Ok(found.map_or(0, |found| found.failures_until))
    }

    /// Stores the id of the last failed callback of the TPP's own list that was handled.
    pub async fn keep_provider_failures(&self, failures_until: u64) -> Result<(), StoreError> {
        self.write(Write::put(&self.connections, PROVIDER, &Provider { failures_until })?).await.map(drop)
    }

    /// Stores the id of the last failed callback of a connection that was handled, unless a later one is stored.
    pub async fn note_failures(&self, user_id: UserId, until: u64) -> Result<(), StoreError> {
        let note = Write::update(&self.connections, &user_pk(user_id), "SET failures_until = :until");
        let note = note
            .only_if("attribute_exists(access_token)")
            .and_only_if("attribute_not_exists(failures_until) OR failures_until < :until");
        self.write(note.value(":until", &until)?).await.map(drop)
    }

    /// Notes that the accounts of a connection are polled now. Returns the time, or `None` if they were polled within
    /// the period `every`, also by another process, or the connection was deleted.
    pub async fn claim_poll(&self, user_id: UserId, every: SignedDuration) -> Result<Option<Timestamp>, StoreError> {
        let now = self.now_in_seconds();
        let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
        let claim = Write::update(&self.connections, &user_pk(user_id), "SET polled_at = :now");
        let claim = claim
            .only_if("attribute_exists(access_token)")
            .and_only_if("attribute_not_exists(polled_at) OR polled_at <= :before");
        let is_claimed = self.write(claim.value(":now", &now)?.value(":before", &before)?).await?;
        Ok(is_claimed.then_some(now))
    }

    /// Removes the note of a poll at this time, because nothing was read. `connection` was read before the note.
    pub async fn forget_poll(&self, connection: &Connection, at: Timestamp) -> Result<(), StoreError> {
        let pk = user_pk(connection.user_id);
        let forget = match connection.polled_at {
            None => Write::update(&self.connections, &pk, "REMOVE polled_at"),
            Some(earlier) => {
                Write::update(&self.connections, &pk, "SET polled_at = :earlier").value(":earlier", &earlier)?
            }
        };
        let forget = forget.only_if("attribute_exists(access_token)").and_only_if("polled_at = :at");
        self.write(forget.value(":at", &at)?).await.map(drop)
    }
}
