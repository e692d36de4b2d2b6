//! Drafts: payments that an application prepared and the customer must approve.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::records::order::Order;
use crate::records::schedule::Schedule;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct DraftPayment {
    /// The ids after this one are those of the entries.
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) account_id: u64,
    /// Who prepared it, by the name that the customer knows.
    pub(crate) made_by: String,
    pub(crate) entries: Vec<Order>,
    pub(crate) schedule: Option<Schedule>,
    /// The last moment at which it waits.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<Outcome>,
    /// The `X-Bunq-Client-Request-Id` of the call that made it.
    pub(crate) request_id: Option<String>,
}

/// How a draft ended.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Paid {
        payment_ids: Vec<u64>,
        /// Where the draft had several entries.
        batch_id: Option<u64>,
    },
    /// Nothing was paid yet, and this simulator never will.
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

    /// When it last changed; a draft changes by growing old, too.
    pub(crate) fn updated(&self, now: Timestamp) -> String {
        clock::text(if self.status(now) == "EXPIRED" { self.expires } else { self.updated })
    }
}
