//! Notification filters, the callbacks that they select, and the callbacks that failed.

use std::collections::BTreeMap;

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
    /// The callbacks that wait for their next try, by number.
    pub(crate) waiting: BTreeMap<u64, Callback>,
    pub(crate) failures: Vec<FailedCallback>,
}

impl Notifications {
    /// Whether nothing is to be sent, now or later.
    pub(crate) fn is_quiet(&self) -> bool {
        self.filters.is_empty() && self.waiting.is_empty()
    }

    pub(crate) fn add(&mut self, callback: Callback) -> u64 {
        self.last_callback += 1;
        self.waiting.insert(self.last_callback, callback);
        self.last_callback
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
