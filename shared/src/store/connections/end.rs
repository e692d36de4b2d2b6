//! Ends a connection: the bank refuses the consent, or a caller deletes the connection.

use std::time::Duration;

use super::{
    record::{Connection, Marked, Tombstone, user_pk},
    references::only_if_unchanged,
};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::event::EventType,
};

/// How many times a connection is marked while others write to it.
const TRIES: usize = 4;
/// The pause between two tries, in which another writer can finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

impl Store {
    /// Marks a connection's consent as revoked, because the bank refuses its token. The first such time is kept.
    /// Changes nothing if the connection has a newer consent or was deleted.
    pub async fn mark_revoked(&self, connection: &Connection) -> Result<Marked, StoreError> {
        // The sealed token identifies the consent. Its time does not: two consents can be stored in one second.
        // After `reseal`, the token is sealed differently, and the caller reads the connection again.
        let mark = Write::update(&self.connections, &user_pk(connection.user_id), "SET revoked_at = :now")
            .only_if("access_token = :refused AND attribute_not_exists(revoked_at)")
            .value(":refused", &connection.access_token)?
            .value(":now", &self.now_in_seconds())?;
        let mut writes = self.announce_end(EventType::ConnectionRevoked, connection)?;
        writes.push(mark);
        for _ in 0..TRIES {
            match self.transact(writes.clone()).await {
                Ok(()) => return Ok(Marked::Now),
                Err(failed) if failed.is_condition() => {
                    let now = self.find_connection(connection.user_id).await?;
                    let is_same = now.is_some_and(|now| now.access_token == connection.access_token);
                    return Ok(if is_same { Marked::Before } else { Marked::Outdated });
                }
                Err(failed) if failed.is_lost_race() => tokio::time::sleep(BETWEEN_TRIES).await,
                Err(failed) => return Err(failed.error),
            }
        }
        Err(StoreError::Contended)
    }

    /// Deletes a connection: replaces it by a tombstone, deletes the items of its references, and removes it from the
    /// bunq user's [`Granted`](super::Granted) item, so that their next consent creates a new connection. All of this
    /// is one transaction. Does not end the customer's session.
    ///
    /// Returns `false`, and changes nothing, if the [`Granted`](super::Granted) item names another connection for this
    /// workspace, or another writer changed one of these items meanwhile.
    pub async fn erase_connection(&self, connection: &Connection) -> Result<bool, StoreError> {
        let granted = self.find_granted(connection.granted()).await?;
        if granted.user_id(&connection.workspace).is_some_and(|user_id| user_id != connection.user_id) {
            return Ok(false);
        }
        let lookup = self.replace_granted(connection.granted(), &granted, &granted.without(&connection.workspace))?;
        self.write_tombstone(connection, vec![lookup]).await
    }

    /// Deletes a connection that the bunq user's [`Granted`](super::Granted) item does not name, such as one that was
    /// restored from a backup: replaces it by a tombstone and deletes the items of its references. Does not read or
    /// change the [`Granted`](super::Granted) item.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if another writer changed one of these items meanwhile.
    pub async fn erase_stray_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.write_tombstone(connection, Vec::new()).await? { Ok(()) } else { Err(StoreError::Contended) }
    }

    /// Replaces a connection by a tombstone and deletes the items of its references, in one transaction with `writes`.
    /// Returns `false`, and changes nothing, if another writer changed one of these items meanwhile.
    async fn write_tombstone(&self, connection: &Connection, mut writes: Vec<Write>) -> Result<bool, StoreError> {
        let Connection { user_id, workspace, consented_at, .. } = connection.clone();
        let tombstone = Tombstone { user_id, workspace, consented_at, deleted_at: self.now_in_seconds() };
        let tombstone = Write::put(&self.connections, &user_pk(user_id), &tombstone)?;
        writes.push(only_if_unchanged(tombstone, Some(connection))?);
        writes.extend(self.announce_end(EventType::ConnectionDeleted, connection)?);
        writes.extend(connection.references.iter().map(|one| self.delete_reference(connection, &one.reference)));
        self.write_all(writes).await
    }
}
