//! Decides whether to send a call again. The decision is a pure function of the failure. Money is never sent twice on a
//! guess.

use std::time::Duration;

use super::{error::BankError, request::Effect};

/// The failure of one attempt, reduced to what a retry depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The call was not executed, and a retry may work at once: no connection was opened.
    NotSent,
    /// The call was not executed, and the bank says how long to wait.
    RateLimited(Duration),
    /// The call was not executed. The [`Limiter`](super::Limiter) makes the next attempt wait.
    Queued,
    /// Whether the call was executed is unknown.
    Unknown,
    /// The answer cannot be trusted or understood. Something on the way may have damaged it, so a read is tried once
    /// more.
    Garbled,
    /// A retry would fail in the same way.
    Final,
}

impl From<&BankError> for Failure {
    fn from(error: &BankError) -> Self {
        match error {
            BankError::Unreachable(_) => Self::NotSent,
            BankError::RateLimited { wait, .. } => Self::RateLimited(*wait),
            // A 500 can hide a dead session. A retry in that session would fail, too.
            BankError::Failed(_) if error.is_dead_session() => Self::Final,
            BankError::Failed(_)
            | BankError::Foreign { .. }
            | BankError::Maintenance { .. }
            | BankError::Interrupted(_) => Self::Unknown,
            BankError::Signature { .. } | BankError::Undecodable { .. } => Self::Garbled,
            // It is sent later than the deadline, or not at all.
            BankError::Busy { .. }
            | BankError::Refused(_)
            | BankError::Timeout
            | BankError::TooLate
            | BankError::TooLarge
            | BankError::Signing => Self::Final,
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Wait this long, then send the call again.
    Again(Duration),
    /// Return the failure.
    GiveUp,
}

/// The maximum number of tries of a call.
const MOST_TRIES: u32 = 4;

/// Decides after `tries` attempts, with `left` until the caller stops waiting. `jitter` is a random number from 0 to
/// 1000. It prevents many containers from retrying at the same moment.
#[must_use]
pub fn decide(effect: Effect, failure: Failure, tries: u32, left: Duration, jitter: u16) -> RetryDecision {
    let backoff = Duration::from_millis(100) * 2_u32.saturating_pow(tries.saturating_sub(1).min(6));
    let share = |whole: Duration| whole * u32::from(jitter.min(1000)) / 1000;
    let wait = match (failure, effect) {
        (Failure::Final, _) | (Failure::Unknown | Failure::Garbled, Effect::Write) => return RetryDecision::GiveUp,
        (Failure::NotSent, _) | (Failure::Unknown | Failure::Garbled, Effect::Read) => backoff / 2 + share(backoff / 2),
        (Failure::Queued, _) => Duration::ZERO,
        (Failure::RateLimited(window), _) => window + share(Duration::from_millis(500)),
    };
    if tries >= MOST_TRIES || wait >= left { RetryDecision::GiveUp } else { RetryDecision::Again(wait) }
}
