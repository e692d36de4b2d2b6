//! Reads of account information while the customer is not present. They are stored in the connection, so they are
//! erased with it.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::record::user_pk;
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::ids::{MonetaryAccountId, UserId},
};

/// The period in which reads are counted (Delegated Regulation (EU) 2018/389, article 36(5)(b)).
const PERIOD: SignedDuration = SignedDuration::from_hours(24);
/// How many times a read is noted while others are noted.
const TRIES: usize = 8;

/// What is read. Each is counted for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Information {
    /// The customer.
    Customer,
    /// The list of accounts, with their balances.
    Accounts,
    /// One account, with its balance.
    Account(MonetaryAccountId),
    /// The payments of an account.
    Transactions(MonetaryAccountId),
}

impl fmt::Display for Information {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => f.write_str("customer"),
            Self::Accounts => f.write_str("accounts"),
            Self::Account(id) => write!(f, "account/{id}"),
            Self::Transactions(id) => write!(f, "transactions/{id}"),
        }
    }
}

/// When each information was read without the customer, in seconds of Unix time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnattendedReads(BTreeMap<String, Vec<i64>>);

impl UnattendedReads {
    /// Returns what was read in the 24 hours before `now`, and how many times.
    pub fn counts(&self, now: Timestamp) -> impl Iterator<Item = (&str, usize)> {
        let start = start(now);
        let count = move |times: &[i64]| times.iter().filter(|time| **time > start).count();
        self.0.iter().map(move |(what, times)| (what.as_str(), count(times))).filter(|(_, count)| *count > 0)
    }

    /// Adds a read, and forgets those that are older than 24 hours.
    ///
    /// # Errors
    /// Returns how long to wait if the information was read `most` times in the last 24 hours.
    fn add(mut self, what: Information, now: Timestamp, most: u8) -> Result<Self, Duration> {
        let start = start(now);
        for times in self.0.values_mut() {
            times.retain(|time| *time > start);
        }
        self.0.retain(|_, times| !times.is_empty());
        let times = self.0.entry(what.to_string()).or_default();
        if let Some(earlier) = times.len().checked_sub(most.into()) {
            // As many as permitted are left once this one is 24 hours old.
            let wait = times.get(earlier).map_or(0, |time| time - start);
            return Err(Duration::from_secs(wait.unsigned_abs().max(1)));
        }
        times.push(now.as_second());
        Ok(self)
    }
}

fn start(now: Timestamp) -> i64 {
    now.as_second().saturating_sub(PERIOD.as_secs())
}

/// The result of [`Store::note_unattended_read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnattendedRead {
    /// The read was noted.
    Noted,
    /// The information was read too often. It can be read again after this time.
    TooMany(Duration),
    /// The connection was deleted.
    NoConnection,
}

impl Store {
    /// Notes that information is read while the customer is not present, unless it was read `most` times in the last 24
    /// hours.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other readers won the race at every try.
    pub async fn note_unattended_read(
        &self,
        user_id: UserId,
        what: Information,
        most: u8,
    ) -> Result<UnattendedRead, StoreError> {
        for _ in 0..TRIES {
            let Some(connection) = self.find_connection(user_id).await? else {
                return Ok(UnattendedRead::NoConnection);
            };
            let before = connection.unattended_reads;
            let after = match before.clone().unwrap_or_default().add(what, self.now_in_seconds(), most) {
                Ok(after) => after,
                Err(wait) => return Ok(UnattendedRead::TooMany(wait)),
            };
            let update = Write::update(&self.connections, &user_pk(user_id), "SET unattended_reads = :after");
            let update = match &before {
                None => update.only_if("attribute_exists(access_token) AND attribute_not_exists(unattended_reads)"),
                Some(before) => update
                    .only_if("attribute_exists(access_token) AND unattended_reads = :before")
                    .value(":before", before)?,
            };
            if self.write(update.value(":after", &after)?).await? {
                return Ok(UnattendedRead::Noted);
            }
        }
        Err(StoreError::Contended)
    }
}
