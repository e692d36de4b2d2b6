//! Draft payments of payment service providers: a provider prepares one payment from the account of a customer, who
//! decides it on the authorize page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::records::order::Order;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PspDraftPayment {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) psp_user_id: u64,
    /// The account that pays.
    pub(crate) account_id: u64,
    pub(crate) order: Order,
    /// When the draft expires.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<PspOutcome>,
    /// The `X-Bunq-Client-Request-Id` of the call that created the draft.
    pub(crate) request_id: Option<String>,
}

/// The outcome of a draft of a payment service provider.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PspOutcome {
    Accepted {
        /// The payment from the customer's account. `None` until the money moves.
        payment_id: Option<u64>,
        /// From when on the draft is `COMPLETED`. `None` until that is known.
        completes: Option<Timestamp>,
    },
    Rejected,
    Cancelled,
}

impl PspDraftPayment {
    /// The status at a moment. A draft that was accepted but not paid expires like one that was never decided.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            None if now < self.expires => "PENDING",
            Some(PspOutcome::Accepted { payment_id: None, .. }) if now < self.expires => "ACCEPTED",
            None | Some(PspOutcome::Accepted { payment_id: None, .. }) => "EXPIRED",
            Some(PspOutcome::Accepted { payment_id: Some(_), completes: Some(moment) }) if moment <= now => "COMPLETED",
            Some(PspOutcome::Accepted { payment_id: Some(_), .. }) => "ACCEPTED",
            Some(PspOutcome::Rejected) => "REJECTED",
            Some(PspOutcome::Cancelled) => "CANCELLED",
        }
    }

    /// When the draft last changed. Its expiry and its completion are changes, too.
    pub(crate) fn updated(&self, now: Timestamp) -> String {
        clock::text(match (self.status(now), self.outcome) {
            ("EXPIRED", _) => self.expires,
            ("COMPLETED", Some(PspOutcome::Accepted { completes: Some(moment), .. })) => moment.max(self.updated),
            _ => self.updated,
        })
    }
}
