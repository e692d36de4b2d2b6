//! The record of an idempotent request.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::types::idempotency::RequestName;

/// The final outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The bank created an object.
    Created {
        /// The id of the object at the bank.
        id: u64,
        /// The body of the bank's answer.
        body: String,
    },
    /// The bank refused the request, and would refuse it again.
    Refused {
        /// The bank's HTTP status.
        status: u16,
        /// The bank's reasons, as JSON.
        texts: String,
    },
}

/// Whether an earlier try of a request may have taken effect at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// There was no earlier try, or it certainly took no effect.
    NoEffect,
    /// It is not known whether an earlier try took effect.
    Unknown,
}

/// The right to send a request to the bank.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(super) name: RequestName,
    pub(super) attempt: Uuid,
    /// When the first try of the request began.
    pub began_at: Timestamp,
    /// Whether an earlier try may have taken effect.
    pub earlier: Earlier,
}

/// The result of [`Store::begin_request`](crate::store::Store::begin_request): what the caller should do.
#[derive(Clone, Debug)]
pub enum Begun {
    /// Send the request, then call [`Store::finish_request`](crate::store::Store::finish_request) or
    /// [`Store::release_request`](crate::store::Store::release_request).
    Attempt(Attempt),
    /// Return this outcome. An earlier try has finished.
    Finished(Outcome),
    /// Wait: another try is running. It may run for this long, at least a second.
    InFlight(Duration),
    /// Retry after this long. The last try did not learn whether it took effect, and the bank may still be working on
    /// it.
    Unsettled(Duration),
    /// Refuse the request: its key was used for another request.
    Mismatch,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// The sealed hash of the request.
    pub(super) request: String,
    /// The latest try.
    pub(super) attempt: Uuid,
    /// Until when no other try may begin, in epoch seconds.
    pub(super) attempt_until: i64,
    /// Whether the latest or an earlier try may have taken effect.
    pub(super) unknown: bool,
    /// Whether the latest try has ended without an outcome, so that none is running.
    #[serde(default)]
    pub(super) released: bool,
    pub(super) began_at: Timestamp,
    /// The sealed [`Outcome`], as JSON.
    pub(super) outcome: Option<String>,
    pub(super) expires_at: i64,
}
