//! Looks for changes that no callback has reported, of some connections in each run. A schedule calls it. What may have
//! changed becomes a hint, as a callback does, so the events are the same.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    store::Notifications,
    tpp::{
        error::TppError,
        notifications::{
            error::NotificationsError,
            pass::{MOST_PAGES, ROOM, Run},
            service::NotificationFilters,
            status::NotificationStatus,
        },
    },
    types::{
        deadline::Deadline,
        ids::UserId,
        notification::{NewsVia, NotificationState},
    },
};

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FoundNews {
    /// Connections whose failed callbacks were listed.
    pub listed: u32,
    /// Connections whose accounts are polled.
    pub polled: u32,
    /// Hints that were sent.
    pub hints: u32,
    /// Lists that the bank was too busy for. A later run reads them.
    pub postponed: u32,
    /// Connections whose changes could not be looked for. A later run tries again.
    pub failed: u32,
    /// Whether the run came to the end of the table. The next run begins again.
    pub finished: bool,
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
    /// until there is a turn that no request uses.
    ///
    /// # Errors
    /// Returns [`NotificationsError::Tpp`] if the store, the queue or Secrets Manager does not answer. The hints that
    /// were sent stay so, and the next run continues.
    pub async fn find_news(&self, most: u32, deadline: Deadline) -> Result<FoundNews, NotificationsError> {
        let mut found = FoundNews::default();
        if self.check_on().is_err() {
            return Ok(FoundNews { finished: true, ..found });
        }
        let deadline = Run::deadline(deadline);
        let store = &self.parts.store;
        let mut run = Run::at(store.find_watch_place().await?);
        if deadline.left() > ROOM {
            // The connections have the other half of the time.
            let half = deadline.earlier(Deadline::after(deadline.left() / 2));
            match self.failures_of_provider(half).await {
                Ok(sent) => found.hints += sent,
                // Each connection has another list, so each may fare better.
                Err(error) => drop(run.note(error, None)),
            }
        }
        let walked = self.search_connections(most, &mut found, &mut run, deadline).await;
        store.keep_watch_place(run.place.clone()).await?;
        (found.postponed, found.failed) = (run.postponed, run.failed);
        walked?;
        run.ended()?;
        Ok(found)
    }

    async fn search_connections(
        &self,
        most: u32,
        found: &mut FoundNews,
        run: &mut Run,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        for _ in 0..MOST_PAGES {
            let page = self.parts.store.watch_walk(run.place.as_deref()).await?;
            let now = self.parts.clock.now();
            for (user_id, watched) in page.connections {
                if self.search(watched.notifications.as_ref(), watched.polled_at, now).is_none() {
                    continue;
                }
                let has_room = found.listed + found.polled + run.failed < most && deadline.left() > ROOM;
                if !has_room || !run.goes_on_after(user_id, self.look_for_news(user_id, found, deadline).await) {
                    return Ok(());
                }
            }
            (run.place, found.finished) = (page.next.clone(), page.next.is_none());
            if found.finished {
                break;
            }
        }
        Ok(())
    }

    /// Looks for the changes of one connection.
    async fn look_for_news(&self, user_id: UserId, found: &mut FoundNews, deadline: Deadline) -> Result<(), TppError> {
        let connection = self.parts.connections.usable(user_id).await?;
        match self.search(connection.notifications.as_ref(), connection.polled_at, self.parts.clock.now()) {
            Some(Search::Failures) => {
                found.hints += self.failures_of_customer(&connection, deadline).await?;
                found.listed += 1;
            }
            Some(Search::Poll) => {
                let is_sent = u32::from(self.poll(&connection, deadline).await?);
                (found.polled, found.hints) = (found.polled + is_sent, found.hints + is_sent);
            }
            None => {}
        }
        Ok(())
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
