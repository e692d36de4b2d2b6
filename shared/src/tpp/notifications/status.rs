//! What a caller learns of a connection's notifications: the record, and what follows from it.

use jiff::Timestamp;

use crate::{
    store::Notifications,
    types::notification::{CategoryState, FilterCategory, NewsVia, NotificationState},
};

/// The categories of which each reports every payment.
const PAYMENTS: [&str; 2] = ["MUTATION", "PAYMENT"];

/// A connection's notifications.
#[derive(Clone, Debug)]
pub struct NotificationStatus {
    /// What is known of the filters.
    pub record: Notifications,
    /// The categories that are wanted: none if the notifications are turned off.
    pub wanted: Vec<FilterCategory>,
    /// How this deployment learns of changes.
    pub via: NewsVia,
    /// When the bank last reported a change, to the hour. `None` if it never has.
    pub last_callback_at: Option<Timestamp>,
}

impl NotificationStatus {
    /// Returns the status of a connection of which these categories are wanted.
    pub(super) fn new(record: Notifications, wanted: Vec<FilterCategory>, last_callback_at: Option<Timestamp>) -> Self {
        let via = Self::via(&record, &wanted);
        Self { record, wanted, via, last_callback_at }
    }

    /// Returns how this deployment learns of a connection's changes.
    pub(super) fn via(record: &Notifications, wanted: &[FilterCategory]) -> NewsVia {
        let payments: Vec<_> = wanted.iter().filter(|category| PAYMENTS.contains(&category.as_str())).collect();
        let reports_some = match record.state {
            NotificationState::Ok | NotificationState::Partial => true,
            NotificationState::Pending
            | NotificationState::Full
            | NotificationState::Refused
            | NotificationState::Overwritten
            | NotificationState::Unreadable
            | NotificationState::Off => false,
        };
        let reports_payments = payments.iter().any(|category| record.state_of(category) == CategoryState::Ok);
        match (reports_some, payments.is_empty()) {
            _ if wanted.is_empty() => NewsVia::Nothing,
            (true, true) => NewsVia::Callbacks,
            (true, false) if reports_payments => NewsVia::Callbacks,
            (true | false, false) => NewsVia::Polling,
            (false, true) => NewsVia::Nothing,
        }
    }
}
