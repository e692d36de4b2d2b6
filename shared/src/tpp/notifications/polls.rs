//! Polls the accounts of customers whose payments the bank does not report. The customer is not present, so the law
//! limits these reads: four in 24 hours (Delegated Regulation (EU) 2018/389, article 36(5)(b)).

use jiff::{SignedDuration, Timestamp};

use crate::{
    store::Connection,
    tpp::{error::TppError, notifications::service::NotificationFilters},
    types::{
        bank_object::BankObject,
        deadline::Deadline,
        hint::{Hint, Source},
    },
};

/// How many times in 24 hours an account is polled at most.
const MOST_POLLS: u8 = 4;
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl NotificationFilters {
    /// Returns whether the accounts of a connection that were last polled at this time are due.
    pub(super) fn is_poll_due(&self, polled_at: Option<Timestamp>, now: Timestamp) -> bool {
        polled_at.is_none_or(|polled_at| now.duration_since(polled_at) >= self.poll_period())
    }

    /// Returns the time between two polls. If the deployment limits reads without the customer, polls use half of them:
    /// the application needs the others, to read what the events name.
    fn poll_period(&self) -> SignedDuration {
        let limit = self.parts.config.unattended_reads_per_day;
        let polls = limit.map_or(MOST_POLLS, |limit| (limit.get() / 2).clamp(1, MOST_POLLS));
        DAY / i32::from(polls)
    }

    /// Sends the hint that any account of a connection may have something new. The reads that it leads to are counted
    /// when they are made. Returns `false` if another process has sent it.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] or [`TppError::Queue`] if the store or the queue does not answer. Then the poll is
    /// due again.
    pub(super) async fn poll(&self, connection: &Connection, deadline: Deadline) -> Result<bool, TppError> {
        let (user_id, store) = (connection.user_id, &self.parts.store);
        let Some(at) = store.claim_poll(user_id, self.poll_period()).await? else { return Ok(false) };
        let hint = Hint::without_callback(user_id, Source::Poll, Some((BankObject::Payment, None)), at);
        let sent = self.send_hint(&hint, &format!("poll|{at}"), deadline).await;
        if sent.is_err()
            && let Err(error) = store.forget_poll(connection, at).await
        {
            tracing::warn!(%error, %user_id, "notifications: a poll that failed is not due before the next one");
        }
        sent.map(|()| true)
    }
}
