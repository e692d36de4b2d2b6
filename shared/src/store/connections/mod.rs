//! Connected customers. A bunq user who consents again in a workspace keeps the `user_id` that callers know.

mod end;
mod granted;
mod last_callback;
mod list;
mod lookup;
mod notifications;
mod record;
mod references;
mod save;
mod unattended;
mod unattended_reads;

use jiff::SignedDuration;

use self::record::{DELETED_AT, Tombstone, user_pk};
use super::{
    error::StoreError,
    item::{Item, from_item},
    table::Store,
};
use crate::types::ids::UserId;

pub use granted::{Granted, GrantedKey};
pub use notifications::{
    CheckedFilters, FilterWalk, ForeignFilter, FoundCategory, LeasedNotifications, LostFilter, Notifications,
    WatchWalk, WatchedConnection,
};
pub use record::{
    Connection, ConnectionKind, ConnectionReference, ConnectionStatus, Cursor, Found, Marked, NewConnection, Saved,
};
pub use unattended::UnattendedRead;
pub use unattended_reads::{Information, ReadPart, UnattendedReads};

impl Store {
    /// Looks up a connection in any workspace. Returns `None` if it was deleted or never existed.
    pub async fn find_connection(&self, user_id: UserId) -> Result<Option<Connection>, StoreError> {
        match self.look_for_connection(user_id).await? {
            Found::Connected(connection) => Ok(Some(*connection)),
            Found::Deleted(_) | Found::Nothing => Ok(None),
        }
    }

    /// Looks up a connection in any workspace, distinguishing deleted from never existed.
    pub async fn look_for_connection(&self, user_id: UserId) -> Result<Found, StoreError> {
        Self::decode_connection(self.read_item(&self.connections, &user_pk(user_id)).await?)
    }

    /// Returns the primary key of a connection.
    pub(super) fn connection_pk(user_id: UserId) -> String {
        user_pk(user_id)
    }

    /// Decodes what the item of a connection says.
    pub(super) fn decode_connection(item: Option<Item>) -> Result<Found, StoreError> {
        match item {
            None => Ok(Found::Nothing),
            Some(item) if item.contains_key(DELETED_AT) => Ok(Found::Deleted(from_item::<Tombstone>(item)?.workspace)),
            Some(item) => Ok(Found::Connected(Box::new(from_item(item)?))),
        }
    }

    /// Records that a connection is in use, at most once an hour. Does nothing if the connection was deleted.
    pub async fn note_connection_use(&self, connection: &Connection) -> Result<(), StoreError> {
        let hour = SignedDuration::from_hours(1);
        self.touch_last_used(&user_pk(connection.user_id), connection.last_used_at, "access_token", hour).await
    }
}
