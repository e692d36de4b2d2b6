//! The background pass over all connections: checks the filters that are due, some in each run. A schedule calls it.

use std::time::Duration;

use serde::Serialize;

use crate::{
    tpp::{
        error::TppError,
        notifications::{
            error::NotificationsError,
            pass::{MOST_PAGES, ROOM, Run},
            service::NotificationFilters,
        },
    },
    types::{deadline::Deadline, ids::UserId},
};

/// How long one check may take. A request that needs the same lease waits for that long at most.
const LONGEST_CHECK: Duration = Duration::from_secs(12);

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
    /// there. Its calls to the bank wait until there is a turn that no request uses.
    ///
    /// # Errors
    /// Returns [`NotificationsError::Tpp`] if the store or Secrets Manager does not answer. What was checked stays so,
    /// and the next run continues.
    pub async fn keep_filters(&self, most: u32, deadline: Deadline) -> Result<KeptFilters, NotificationsError> {
        let mut kept = KeptFilters::default();
        if self.check_on().is_err() {
            return Ok(KeptFilters { finished: true, ..kept });
        }
        let deadline = Run::deadline(deadline);
        let store = &self.parts.store;
        let mut run = Run::at(store.find_filter_place().await?);
        let walked = self.check_connections(most, &mut kept, &mut run, deadline).await;
        store.keep_filter_place(run.place.clone()).await?;
        (kept.postponed, kept.failed) = (run.postponed, run.failed);
        walked?;
        run.ended()?;
        Ok(kept)
    }

    async fn check_connections(
        &self,
        most: u32,
        kept: &mut KeptFilters,
        run: &mut Run,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        for _ in 0..MOST_PAGES {
            let page = self.parts.store.filter_walk(run.place.as_deref()).await?;
            for user_id in page.due {
                let has_room = kept.checked + run.failed < most && deadline.left() > ROOM;
                if !has_room || !run.goes_on_after(user_id, self.keep_one(user_id, kept, deadline).await) {
                    return Ok(());
                }
            }
            (run.place, kept.finished) = (page.next.clone(), page.next.is_none());
            if kept.finished {
                break;
            }
        }
        Ok(())
    }

    /// Checks the filters of one connection.
    async fn keep_one(&self, user_id: UserId, kept: &mut KeptFilters, deadline: Deadline) -> Result<(), TppError> {
        let deadline = deadline.earlier(Deadline::after(LONGEST_CHECK));
        match self.check_now(user_id, deadline).await {
            Ok(is_checked) => {
                kept.checked += u32::from(is_checked);
                Ok(())
            }
            // Another process checks them.
            Err(NotificationsError::InProgress(_) | NotificationsError::CallbacksOff) => Ok(()),
            Err(NotificationsError::Tpp(error)) => Err(error),
        }
    }
}
