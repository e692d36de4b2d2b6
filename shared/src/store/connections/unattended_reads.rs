//! When a customer's account information was read while the customer was not present.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::types::ids::MonetaryAccountId;

/// The period in which reads are counted (Delegated Regulation (EU) 2018/389, article 36(5)(b)).
const PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// A further page of a list belongs to a read that is not older than this.
const SAME_READ: SignedDuration = SignedDuration::from_hours(1);

/// Which part of an information is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPart {
    /// A single object, or the first page of a list.
    First,
    /// A further page of a list. It belongs to a read of the last hour, if there is one.
    Further,
}

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

    /// Returns whether the information was read in the hour before `now`.
    pub(super) fn has_recent(&self, what: Information, now: Timestamp) -> bool {
        let start = now.as_second().saturating_sub(SAME_READ.as_secs());
        self.0.get(&what.to_string()).is_some_and(|times| times.iter().any(|time| *time > start))
    }

    /// Removes one read at this second.
    pub(super) fn without(mut self, what: Information, at: i64) -> Self {
        if let Some(times) = self.0.get_mut(&what.to_string())
            && let Some(place) = times.iter().position(|time| *time == at)
        {
            times.remove(place);
        }
        self
    }

    /// Adds a read, and forgets those that are older than 24 hours.
    ///
    /// # Errors
    /// Returns how long to wait if the information was read `most` times in the last 24 hours.
    pub(super) fn add(mut self, what: Information, now: Timestamp, most: u8) -> Result<Self, Duration> {
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
