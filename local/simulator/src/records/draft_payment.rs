//! Draft payments: an application prepares payments that the customer must approve.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::records::order::Order;
use crate::records::schedule::Schedule;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct DraftPayment {
    /// The entries have the ids after this one.
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) account_id: u64,
    /// The application that prepared the draft, by the name that the customer knows.
    pub(crate) made_by: String,
    pub(crate) entries: Vec<Order>,
    pub(crate) schedule: Option<Schedule>,
    /// When the draft expires.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<Outcome>,
    /// The `X-Bunq-Client-Request-Id` of the call that created the draft.
    pub(crate) request_id: Option<String>,
}

/// The outcome of a draft.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Paid {
        payment_ids: Vec<u64>,
        /// Set if the draft had several entries.
        batch_id: Option<u64>,
    },
    /// The payments are planned. This simulator never makes them.
    Scheduled {
        id: u64,
    },
    Rejected,
    Cancelled,
}

impl DraftPayment {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Outcome::Paid { .. } | Outcome::Scheduled { .. }) => "ACCEPTED",
            Some(Outcome::Rejected) => "REJECTED",
            Some(Outcome::Cancelled) => "CANCELLED",
        }
    }

    pub(crate) fn cents(&self) -> i64 {
        self.entries.iter().map(|entry| entry.cents).sum()
    }

    /// When the draft last changed. Its expiry is a change, too.
    pub(crate) fn updated(&self, now: Timestamp) -> String {
        clock::text(if self.status(now) == "EXPIRED" { self.expires } else { self.updated })
    }
}
