//! Notes when the bank last reported a change of a customer. It is stored in the connection, so it is erased with it.

use jiff::{SignedDuration, Timestamp};

use super::record::{Connection, user_pk};
use crate::store::{error::StoreError, table::Store, write::Write};

/// A later callback is noted only if this time has passed: a customer with many callbacks costs one write an hour.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    /// Notes that a callback about a connection arrived at this time, at most once an hour. Does nothing if the
    /// connection was deleted.
    pub async fn note_callback(&self, connection: &Connection, arrived_at: Timestamp) -> Result<(), StoreError> {
        // Texts of whole seconds sort chronologically.
        let at = Timestamp::from_second(arrived_at.as_second()).unwrap_or(arrived_at);
        let before = at.checked_sub(EVERY).unwrap_or(Timestamp::MIN);
        if connection.last_callback_at.is_some_and(|noted| noted >= before) {
            return Ok(());
        }
        let note = Write::update(&self.connections, &user_pk(connection.user_id), "SET last_callback_at = :at");
        let note = note
            .only_if("attribute_exists(access_token)")
            .and_only_if("attribute_not_exists(last_callback_at) OR last_callback_at < :before");
        self.write(note.value(":at", &at)?.value(":before", &before)?).await.map(drop)
    }
}
