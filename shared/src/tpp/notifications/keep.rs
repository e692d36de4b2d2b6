//! The background pass over all connections: checks the filters that are due, some in each run. A schedule calls it.

use std::time::Duration;

use serde::Serialize;

use crate::{
    store::Store,
    tpp::{
        error::TppError,
        notifications::{
            error::NotificationsError,
            service::{NotificationFilters, is_busy},
        },
    },
    types::{
        deadline::{Deadline, Priority},
        ids::UserId,
    },
};

/// No check is begun if less time is left.
const ROOM: Duration = Duration::from_secs(8);
/// How long one check may take: less than its lease lasts.
const LONGEST_CHECK: Duration = Duration::from_secs(25);
/// When the bank was too busy for as many checks in a row, the run ends.
const MOST_BUSY: u32 = 3;
/// How many pages of the table a run reads.
const MOST_PAGES: u32 = 10;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeptFilters {
    /// Connections whose filters were checked.
    pub checked: u32,
    /// Connections that the bank was too busy for. A later run checks them.
    pub postponed: u32,
    /// Connections whose check failed. A later run tries again.
    pub failed: u32,
    /// Whether the run came to the end of the table. The next run begins again.
    pub finished: bool,
}

impl NotificationFilters {
    /// Checks the filters of connections that are due: those that were never checked, those of a new consent, and each
    /// connection once a day. Checks at most `most`, and stops when its time is nearly over. The next run continues
    /// there. Its calls to the bank wait for no turn that a request could use.
    ///
    /// # Errors
    /// Returns [`NotificationsError::Tpp`] if the store does not answer. What was checked stays so.
    pub async fn keep_filters(&self, most: u32, deadline: Deadline) -> Result<KeptFilters, NotificationsError> {
        let mut kept = KeptFilters::default();
        if self.check_on().is_err() {
            return Ok(KeptFilters { finished: true, ..kept });
        }
        let store = &self.parts.store;
        let mut place = store.find_filter_place().await?;
        let (mut pages, mut busy) = (0, 0);
        while pages < MOST_PAGES && !kept.finished {
            pages += 1;
            let page = store.filter_walk(place.as_deref()).await?;
            let mut due = page.due.into_iter().peekable();
            while let Some(user_id) = due.next_if(|_| has_room(&kept, most, busy, deadline)) {
                self.keep_one(user_id, &mut kept, &mut busy, deadline).await?;
                place = Some(Store::filter_place_after(user_id));
            }
            if due.peek().is_some() {
                break;
            }
            (place, kept.finished) = (page.next.clone(), page.next.is_none());
        }
        store.keep_filter_place(place).await?;
        Ok(kept)
    }

    /// Checks the filters of one connection, and counts how that ended.
    async fn keep_one(
        &self,
        user_id: UserId,
        kept: &mut KeptFilters,
        busy: &mut u32,
        deadline: Deadline,
    ) -> Result<(), NotificationsError> {
        let deadline = deadline.earlier(Deadline::after(LONGEST_CHECK)).with_priority(Priority::Background);
        match self.check_now(user_id, deadline).await {
            Ok(true) => (kept.checked, *busy) = (kept.checked + 1, 0),
            // Another process checks them.
            Ok(false) => {}
            // It was deleted, or has ended.
            Err(NotificationsError::Tpp(
                TppError::UnknownUser | TppError::ConsentRevoked | TppError::ConsentExpired,
            )) => {}
            Err(NotificationsError::Tpp(error)) if is_busy(&error) => {
                (kept.postponed, *busy) = (kept.postponed + 1, *busy + 1);
            }
            Err(error @ NotificationsError::Tpp(TppError::Store(_))) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, %user_id, "notifications: the filters could not be checked");
                kept.failed += 1;
            }
        }
        Ok(())
    }
}

fn has_room(kept: &KeptFilters, most: u32, busy: u32, deadline: Deadline) -> bool {
    kept.checked + kept.failed < most && busy < MOST_BUSY && deadline.left() > ROOM
}
