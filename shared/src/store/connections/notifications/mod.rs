//! Stores what is known of the notification filters of a connection, and the lease to change them.

pub(super) mod record;
mod walk;
mod watch;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Connection, record::user_pk};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::ids::UserId,
};

pub use record::{CheckedFilters, ForeignFilter, FoundCategory, LostFilter, Notifications};
pub use walk::FilterWalk;
pub use watch::{WatchWalk, WatchedConnection};

/// How long a lease lasts: longer than any request lives, so that only a dead container loses its lease.
const LEASE: SignedDuration = SignedDuration::from_secs(35);
/// How many times a record is written while others write to the same connection.
const TRIES: usize = 4;
/// The pause between two tries, in which another writer can finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The result of [`Store::lease_notifications`].
#[derive(Clone, Debug)]
pub enum LeasedNotifications {
    /// This process holds the lease.
    Leased(Box<Notifications>),
    /// Another process holds it, or has just changed the record.
    Held,
    /// The connection was deleted.
    NoConnection,
}

/// Adds the condition that the record of the filters is as it was read.
pub(super) fn only_if_unnoted(write: Write, before: Option<&Notifications>) -> Result<Write, StoreError> {
    match before {
        None => Ok(write.and_only_if("attribute_not_exists(notifications)")),
        Some(before) => write.and_only_if("notifications.stamp = :stamp").value(":stamp", &before.stamp),
    }
}

impl Store {
    /// Acquires the lease to change the filters of a connection at the bank, for 35 seconds, and returns the record as
    /// it is stored. Does not wait.
    pub async fn lease_notifications(&self, user_id: UserId) -> Result<LeasedNotifications, StoreError> {
        let Some(connection) = self.find_connection(user_id).await? else {
            return Ok(LeasedNotifications::NoConnection);
        };
        let (before, now) = (connection.notifications, self.clock.now());
        if before.as_ref().is_some_and(|before| before.is_leased(now)) {
            return Ok(LeasedNotifications::Held);
        }
        let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let after = before.clone().unwrap_or_else(|| Notifications::new(now)).leased(Some(until));
        let written = self.write(self.note_notifications(user_id, before.as_ref(), &after)?).await;
        match written {
            Ok(true) => Ok(LeasedNotifications::Leased(Box::new(after))),
            Ok(false) | Err(StoreError::Contended) => Ok(LeasedNotifications::Held),
            Err(error) => Err(error),
        }
    }

    /// Stores the record that was changed under a lease, and ends the lease. If the state differs from the one
    /// `before`, the event of the change is added to the outbox in the same transaction. Returns the record as it is
    /// stored, or `None` if the lease was lost: then nothing is stored.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other writers won the race at every try.
    pub async fn release_notifications(
        &self,
        connection: &Connection,
        before: &Notifications,
        after: &Notifications,
    ) -> Result<Option<Notifications>, StoreError> {
        let user_id = connection.user_id;
        let stored = after.leased(None);
        let mut writes = vec![self.note_notifications(user_id, Some(before), &stored)?];
        if before.state != stored.state {
            writes.push(self.announce_notifications(connection, stored.state)?);
        }
        for _ in 0..TRIES {
            match self.transact(writes.clone()).await {
                Ok(()) => return Ok(Some(stored)),
                Err(failed) if failed.is_condition() => return Ok(None),
                Err(failed) if failed.is_lost_race() => tokio::time::sleep(BETWEEN_TRIES).await,
                Err(failed) => return Err(failed.error),
            }
        }
        Err(StoreError::Contended)
    }

    /// Returns the write that replaces the record of a connection that exists, on condition that it is as it was read.
    fn note_notifications(
        &self,
        user_id: UserId,
        before: Option<&Notifications>,
        after: &Notifications,
    ) -> Result<Write, StoreError> {
        let update = Write::update(&self.connections, &user_pk(user_id), "SET notifications = :after");
        // Our own write passes, too: the SDK sends it again if the first answer is lost.
        let condition = match before {
            None => "attribute_not_exists(notifications) OR notifications.stamp = :own",
            Some(_) => "notifications.stamp = :stamp OR notifications.stamp = :own",
        };
        let update = update.only_if("attribute_exists(access_token)").and_only_if(condition);
        let update = match before {
            None => update,
            Some(before) => update.value(":stamp", &before.stamp)?,
        };
        update.value(":own", &after.stamp)?.value(":after", after)
    }
}
