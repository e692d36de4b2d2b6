//! The record of an attempt.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    store::consents::record::ConsentEnd,
    types::{ids::ConsentId, secret::AccessToken},
};

/// Why an attempt cannot be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptRefused {
    /// No attempt has this state, or the attempt is older than an hour.
    Unknown,
    /// The customer took longer than ten minutes.
    TooLate,
    /// Another browser began the attempt.
    OtherBrowser,
}

/// The result of [`Store::take_attempt`](crate::store::Store::take_attempt).
#[derive(Debug)]
pub enum TakenAttempt {
    /// The caller holds the attempt and should complete it.
    Ours(ConsentAttempt),
    /// Another request holds the attempt.
    Busy,
    /// The attempt of this consent has ended, in this way.
    Ended(ConsentId, ConsentEnd),
    /// The attempt cannot be completed.
    Refused(AttemptRefused),
}

/// An attempt that the caller holds.
#[derive(Debug)]
pub struct ConsentAttempt {
    /// The consent that the attempt belongs to.
    pub consent_id: ConsentId,
    /// The access token, if an earlier request has received it from the bank.
    pub given: Option<AccessToken>,
    /// Whether an earlier request has sent the code and its answer was lost. The code cannot be sent again.
    pub is_lost: bool,
    pub(super) pk: String,
    pub(super) worker: Uuid,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AttemptItem {
    pub(super) consent_id: ConsentId,
    pub(super) browser: String,
    /// Until when the browser may come back, in epoch seconds.
    pub(super) open_until: i64,
    /// The request that last took the attempt.
    pub(super) worker: Option<Uuid>,
    /// Until when that request holds the attempt, in epoch seconds.
    pub(super) worker_until: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) code_sent: bool,
    pub(super) access_token: Option<String>,
    pub(super) end: Option<ConsentEnd>,
    pub(super) expires_at: i64,
}
