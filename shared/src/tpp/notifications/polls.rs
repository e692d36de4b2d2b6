//! Polls the accounts of customers whose payments the bank does not report. The customer is not present, so the law
//! limits these reads: four in 24 hours (Delegated Regulation (EU) 2018/389, article 36(5)(b)).

use jiff::{SignedDuration, Timestamp};

use crate::{
    store::{Connection, Information, ReadPart},
    tpp::{error::TppError, notifications::service::NotificationFilters},
    types::{
        bank_object::BankObject,
        deadline::Deadline,
        hint::{Hint, Source},
        ids::{MonetaryAccountId, UserId},
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

    /// Sends a hint for each account of a connection. Returns their number, or `None` if another process has done this.
    ///
    /// # Errors
    /// Returns [`TppError::TooManyUnattendedReads`] if the list of accounts was read too often in the last 24 hours,
    /// and other variants if it cannot be read, or the store or the queue does not answer.
    pub(super) async fn poll(&self, connection: &Connection, deadline: Deadline) -> Result<Option<u32>, TppError> {
        let (user_id, store) = (connection.user_id, &self.parts.store);
        let Some(at) = store.claim_poll(user_id, self.poll_period()).await? else { return Ok(None) };
        let accounts = match self.accounts_to_poll(user_id, deadline).await {
            Ok(accounts) => accounts,
            Err(error) => {
                if let Err(error) = store.forget_poll(connection, at).await {
                    tracing::warn!(%error, "notifications: a poll that failed stays counted");
                }
                return Err(error);
            }
        };
        let mut sent = 0;
        for account in accounts {
            let what = Information::Transactions(account);
            match self.parts.connections.count_unattended_read(user_id, what, ReadPart::First).await {
                Ok(_) => {}
                // The application has read them, as often as it may.
                Err(TppError::TooManyUnattendedReads(_)) => continue,
                Err(error) => return Err(error),
            }
            let object = Some((BankObject::Payment, None));
            let hint = Hint::without_callback(user_id, Source::Poll, Some(account), object, at);
            self.send_hint(&hint, &format!("poll|{account}|{at}"), deadline).await?;
            sent += 1;
        }
        Ok(Some(sent))
    }

    /// Reads the list of accounts, which is counted as a read without the customer.
    async fn accounts_to_poll(&self, user_id: UserId, deadline: Deadline) -> Result<Vec<MonetaryAccountId>, TppError> {
        let connections = &self.parts.connections;
        let counted = connections.count_unattended_read(user_id, Information::Accounts, ReadPart::First).await?;
        let accounts = self.accounts_of(user_id, deadline).await;
        if let (Err(_), Some(at)) = (&accounts, counted) {
            connections.forget_unattended_read(user_id, Information::Accounts, at).await;
        }
        accounts
    }
}
