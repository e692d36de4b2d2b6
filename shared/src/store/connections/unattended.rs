//! Notes reads of account information while the customer is not present. They are stored in the connection, so they are
//! erased with it.

use std::time::Duration;

use super::{
    record::user_pk,
    unattended_reads::{Information, ReadPart, UnattendedReads},
};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::ids::UserId,
};

/// How many times a read is noted while others are noted.
const TRIES: usize = 16;
/// The longest pause between two tries, in which another writer can finish.
const LONGEST_PAUSE_MS: u64 = 40;

/// The result of [`Store::note_unattended_read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnattendedRead {
    /// The read was noted, at this second of Unix time.
    Noted(i64),
    /// The page belongs to a read that was noted before.
    Further,
    /// The information was read too often. It can be read again after this time.
    TooMany(Duration),
    /// The connection was deleted.
    NoConnection,
}

/// Adds the condition that no other read was noted since `before` was read.
pub(super) fn only_if_unread(write: Write, before: Option<&UnattendedReads>) -> Result<Write, StoreError> {
    match before {
        None => Ok(write.and_only_if("attribute_not_exists(unattended_reads)")),
        Some(before) => write.and_only_if("unattended_reads = :reads").value(":reads", before),
    }
}

/// Waits for a random time, so that writers that failed together do not try again together.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
}

impl Store {
    /// Notes that information is read while the customer is not present, unless it was read `most` times in the last 24
    /// hours. A further page is not noted if it belongs to a read that was.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other readers won the race at every try.
    pub async fn note_unattended_read(
        &self,
        user_id: UserId,
        (what, part): (Information, ReadPart),
        most: u8,
    ) -> Result<UnattendedRead, StoreError> {
        for _ in 0..TRIES {
            let Some(connection) = self.find_connection(user_id).await? else {
                return Ok(UnattendedRead::NoConnection);
            };
            let (before, now) = (connection.unattended_reads, self.now_in_seconds());
            if part == ReadPart::Further && before.as_ref().is_some_and(|before| before.has_recent(what, now)) {
                return Ok(UnattendedRead::Further);
            }
            let after = match before.clone().unwrap_or_default().add(what, now, most) {
                Ok(after) => after,
                Err(wait) => return Ok(UnattendedRead::TooMany(wait)),
            };
            if self.replace_unattended_reads(user_id, before.as_ref(), &after).await? {
                return Ok(UnattendedRead::Noted(now.as_second()));
            }
            pause().await;
        }
        Err(StoreError::Contended)
    }

    /// Removes the note of a read at this second, because it failed.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other readers won the race at every try.
    pub async fn forget_unattended_read(&self, user_id: UserId, what: Information, at: i64) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let connection = self.find_connection(user_id).await?;
            let Some(before) = connection.and_then(|connection| connection.unattended_reads) else { return Ok(()) };
            let after = before.clone().without(what, at);
            if self.replace_unattended_reads(user_id, Some(&before), &after).await? {
                return Ok(());
            }
            pause().await;
        }
        Err(StoreError::Contended)
    }

    async fn replace_unattended_reads(
        &self,
        user_id: UserId,
        before: Option<&UnattendedReads>,
        after: &UnattendedReads,
    ) -> Result<bool, StoreError> {
        let update = Write::update(&self.connections, &user_pk(user_id), "SET unattended_reads = :after");
        let update = only_if_unread(update.only_if("attribute_exists(access_token)"), before)?;
        match self.write(update.value(":after", after)?).await {
            Err(StoreError::Contended) => Ok(false),
            written => written,
        }
    }
}
