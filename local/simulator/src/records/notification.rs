//! Notification filters, the callbacks that they select, and the callbacks that failed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;

/// The tries of one callback: the first, and five more.
pub(crate) const MOST_TRIES: u32 = 6;

/// The filters and callbacks of the bank.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Notifications {
    pub(crate) filters: Vec<NotificationFilter>,
    last_callback: u64,
    /// The callbacks that wait for a try or its answer, by number.
    waiting: BTreeMap<u64, Callback>,
    /// When each callback is due that is not on its way. It follows from `waiting`.
    #[serde(skip)]
    schedule: BTreeSet<(Timestamp, u64)>,
    pub(crate) failures: Vec<FailedCallback>,
    /// What other applications write right after the next call of each kind.
    #[serde(skip)]
    queued: Vec<(Moment, ForeignWrite)>,
}

impl Notifications {
    /// Lets another application write right after the next call of this kind by an application of the same customer.
    pub(crate) fn queue(&mut self, moment: Moment, write: ForeignWrite) {
        self.queued.push((moment, write));
    }

    /// Takes the first write of another application of a customer that waits for a call of this kind.
    pub(crate) fn take_queued(&mut self, moment: Moment, customer: &str) -> Option<ForeignWrite> {
        let is_now = |(when, write): &(Moment, ForeignWrite)| *when == moment && write.customer == customer;
        let place = self.queued.iter().position(is_now)?;
        Some(self.queued.remove(place).1)
    }

    /// Whether nothing is to be sent, now or later.
    pub(crate) fn is_quiet(&self) -> bool {
        self.filters.is_empty() && self.waiting.is_empty()
    }

    /// Makes the schedule of callbacks that were read from the state file.
    pub(crate) fn resume(&mut self) {
        self.schedule = self.waiting.iter().map(|(number, callback)| (callback.due, *number)).collect();
    }

    /// The number of the next callback that is added.
    pub(crate) fn next_number(&self) -> u64 {
        self.last_callback + 1
    }

    /// How many callbacks wait for a try or its answer.
    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn add(&mut self, callback: Callback) {
        self.last_callback += 1;
        self.schedule.insert((callback.due, self.last_callback));
        self.waiting.insert(self.last_callback, callback);
    }

    /// When the next try is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.schedule.first().map(|(due, _)| *due)
    }

    /// Takes the callback that is due first from the schedule, and counts its try.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(u64, Callback)> {
        self.next_due().filter(|due| *due <= now)?;
        let (_, number) = self.schedule.pop_first()?;
        let callback = self.waiting.get_mut(&number)?;
        callback.tries += 1;
        Some((number, callback.clone()))
    }

    /// Schedules the next try of a callback.
    pub(crate) fn postpone(&mut self, number: u64, due: Timestamp) {
        if let Some(callback) = self.waiting.get_mut(&number) {
            callback.due = due;
            self.schedule.insert((due, number));
        }
    }

    /// Removes a callback that waits no longer.
    pub(crate) fn remove(&mut self, number: u64) -> Option<Callback> {
        let callback = self.waiting.remove(&number)?;
        self.schedule.remove(&(callback.due, number));
        Some(callback)
    }
}

/// The user who set a filter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Subscriber {
    /// The id of the customer, of the `UserApiKey` of a consent, or of the payment service provider.
    pub(crate) user_id: u64,
    /// The customer, by the name in this simulator. `None` for a payment service provider.
    pub(crate) customer: Option<String>,
}

/// A call of the application under test.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Moment {
    /// GET notification-filter-url of a user.
    Read,
    /// POST notification-filter-url of a user.
    Write,
}

/// What another application of a customer writes.
#[derive(Clone, Debug)]
pub(crate) struct ForeignWrite {
    /// The id of the filter. The next id is that of the application.
    pub(crate) id: u64,
    pub(crate) customer: String,
    pub(crate) category: String,
    pub(crate) target: String,
    pub(crate) all_verification_type: Vec<String>,
    /// Whether the filter replaces the whole set of the customer.
    pub(crate) replaces: bool,
}

/// Selects the callbacks that a target receives.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct NotificationFilter {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) subscriber: Subscriber,
    /// The account of a filter for one account. `None` selects all accounts of the subscriber.
    pub(crate) account_id: Option<u64>,
    pub(crate) category: String,
    pub(crate) target: String,
    pub(crate) all_user_id: Vec<u64>,
    pub(crate) all_monetary_account_id: Vec<u64>,
    pub(crate) all_verification_type: Vec<String>,
}

impl NotificationFilter {
    /// Whether the filter still selects callbacks. `validity` is in seconds; `None` means that filters do not expire.
    pub(crate) fn is_alive(&self, now: Timestamp, validity: Option<u32>) -> bool {
        validity.is_none_or(|seconds| now < clock::after(self.created, seconds))
    }
}

/// One message to one target.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Callback {
    pub(crate) filter_id: u64,
    pub(crate) subscriber: Subscriber,
    pub(crate) target: String,
    pub(crate) category: String,
    pub(crate) event_type: String,
    pub(crate) object_id: u64,
    pub(crate) body: String,
    pub(crate) tries: u32,
    /// When the next try is due.
    pub(crate) due: Timestamp,
}

/// A callback that the bank no longer tries to send.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct FailedCallback {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) callback: Callback,
    /// Why the last try failed.
    pub(crate) failure: TryFailure,
}

/// Why a try failed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TryFailure {
    pub(crate) message: String,
    /// The status of the receiver's answer, if it answered.
    pub(crate) status: Option<u16>,
}
