//! Looks for changes that no callback has reported, of some connections in each run. A schedule calls it. What may have
//! changed becomes a hint, as a callback does, so the events are the same.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    store::{Notifications, Store},
    tpp::{
        error::TppError,
        notifications::{
            error::NotificationsError,
            service::{NotificationFilters, is_busy},
            status::NotificationStatus,
        },
    },
    types::{
        deadline::{Deadline, Priority},
        ids::UserId,
        notification::{NewsVia, NotificationState},
    },
};

/// No connection is begun if less time is left.
pub(super) const ROOM: Duration = Duration::from_secs(8);
/// When the bank was too busy for as many connections in a row, the run ends.
const MOST_BUSY: u32 = 3;
/// How many pages of the table a run reads.
const MOST_PAGES: u32 = 10;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FoundNews {
    /// Connections whose failed callbacks were listed.
    pub listed: u32,
    /// Connections whose accounts are polled.
    pub polled: u32,
    /// Hints that were sent.
    pub hints: u32,
    /// Connections that the bank was too busy for. A later run looks for their changes.
    pub postponed: u32,
    /// Connections whose changes could not be looked for. A later run tries again.
    pub failed: u32,
    /// Whether the run came to the end of the table. The next run begins again.
    pub finished: bool,
}

impl FoundNews {
    fn has_room(&self, most: u32, busy: u32, deadline: Deadline) -> bool {
        self.listed + self.polled + self.failed < most && busy < MOST_BUSY && deadline.left() > ROOM
    }
}

/// How changes of a connection are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    /// The bank reports changes: those reports that failed are listed.
    Failures,
    /// The bank does not report payments: the accounts are polled.
    Poll,
}

impl NotificationFilters {
    /// Looks for changes that no callback has reported: lists the failed callbacks of the TPP and of each connection,
    /// and polls the accounts of connections whose payments the bank does not report. Visits at most `most`
    /// connections, and stops when its time is nearly over. The next run continues there. Its calls to the bank wait
    /// for no turn that a request could use.
    ///
    /// # Errors
    /// Returns [`NotificationsError::Tpp`] if the store does not answer. The hints that were sent stay so.
    pub async fn find_news(&self, most: u32, deadline: Deadline) -> Result<FoundNews, NotificationsError> {
        let mut found = FoundNews::default();
        if self.check_on().is_err() {
            return Ok(FoundNews { finished: true, ..found });
        }
        let deadline = deadline.with_priority(Priority::Background);
        let mut busy = 0;
        if deadline.left() > ROOM {
            let sent = self.failures_of_provider(deadline).await;
            found.hints += sent.or_else(|error| unless_of_store(error, &mut found, &mut busy))?;
        }
        let store = &self.parts.store;
        let mut place = store.find_watch_place().await?;
        let mut pages = 0;
        while pages < MOST_PAGES && !found.finished {
            pages += 1;
            let page = store.watch_walk(place.as_deref()).await?;
            let now = self.parts.clock.now();
            let is_due = |(_, watched): &(_, crate::store::WatchedConnection)| {
                self.search(watched.notifications.as_ref(), watched.polled_at, now).is_some()
            };
            let mut due = page.connections.into_iter().filter(is_due).map(|(user_id, _)| user_id).peekable();
            while let Some(user_id) = due.next_if(|_| found.has_room(most, busy, deadline)) {
                match self.look_for_news(user_id, &mut found, deadline).await {
                    Ok(sent) => (found.hints, busy) = (found.hints + sent, 0),
                    Err(error) => drop(unless_of_store(error, &mut found, &mut busy)?),
                }
                place = Some(Store::filter_place_after(user_id));
            }
            if due.peek().is_some() {
                break;
            }
            (place, found.finished) = (page.next.clone(), page.next.is_none());
        }
        store.keep_watch_place(place).await?;
        Ok(found)
    }

    /// Looks for the changes of one connection. Returns the number of hints that were sent.
    async fn look_for_news(&self, user_id: UserId, found: &mut FoundNews, deadline: Deadline) -> Result<u32, TppError> {
        let connection = self.parts.connections.usable(user_id).await?;
        match self.search(connection.notifications.as_ref(), connection.polled_at, self.parts.clock.now()) {
            Some(Search::Failures) => {
                let sent = self.failures_of_customer(&connection, deadline).await?;
                found.listed += 1;
                Ok(sent)
            }
            Some(Search::Poll) => {
                let sent = self.poll(&connection, deadline).await?;
                found.polled += u32::from(sent.is_some());
                Ok(sent.unwrap_or_default())
            }
            None => Ok(0),
        }
    }

    /// Returns how changes of a connection are looked for now, if at all.
    fn search(&self, record: Option<&Notifications>, polled_at: Option<Timestamp>, now: Timestamp) -> Option<Search> {
        // Its filters are checked first.
        let record = record?;
        match (NotificationStatus::via(record, &self.wanted(record)), record.state) {
            (NewsVia::Callbacks, _) => Some(Search::Failures),
            (NewsVia::Polling, _) if self.is_poll_due(polled_at, now) => Some(Search::Poll),
            // The bank reports other changes.
            (NewsVia::Polling, NotificationState::Partial) => Some(Search::Failures),
            (NewsVia::Polling | NewsVia::Nothing, _) => None,
        }
    }
}

/// Notes an error with one connection, and returns it if no other connection would fare better. Else returns that
/// nothing was sent.
fn unless_of_store(error: TppError, found: &mut FoundNews, busy: &mut u32) -> Result<u32, TppError> {
    match error {
        // It was deleted, or has ended.
        TppError::UnknownUser | TppError::ConsentRevoked | TppError::ConsentExpired => {}
        // The application has read as much as may be read.
        TppError::TooManyUnattendedReads(_) => {}
        error if is_busy(&error) => (found.postponed, *busy) = (found.postponed + 1, *busy + 1),
        error @ (TppError::Store(_) | TppError::Queue(_)) => return Err(error),
        error => {
            tracing::warn!(%error, "notifications: changes could not be looked for");
            found.failed += 1;
        }
    }
    Ok(0)
}
