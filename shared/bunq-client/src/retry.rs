//! Whether to send a call again: a pure function of what happened. Money is never sent twice on a guess.

use std::time::Duration;

use super::{error::BankError, request::Effect};

/// What happened to one attempt, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It was not executed, and another try may work at once: no connection came about.
    NotSent,
    /// It was not executed; the bank says when to come back.
    RateLimited(Duration),
    /// Nobody knows whether it was executed.
    Unknown,
    /// There was an answer, and it cannot be believed or understood. Something on the way may have spoilt this one, so
    /// a read is worth one more try.
    Garbled,
    /// Another try would end the same way.
    Final,
}

impl From<&BankError> for Failure {
    fn from(error: &BankError) -> Self {
        match error {
            BankError::Unreachable(_) => Self::NotSent,
            BankError::RateLimited { wait, .. } => Self::RateLimited(*wait),
            // A dead session can hide behind a 500; asking again with it is in vain.
            BankError::Failed(_) if error.is_dead_session() => Self::Final,
            BankError::Failed(_)
            | BankError::Foreign { .. }
            | BankError::Maintenance { .. }
            | BankError::Interrupted(_) => Self::Unknown,
            BankError::Signature { .. } | BankError::Undecodable { .. } => Self::Garbled,
            BankError::Refused(_)
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
    /// Wait this long, then send again.
    Again(Duration),
    /// Answer the failure.
    GiveUp,
}

/// How often a call is sent at the most.
const MOST_TRIES: u32 = 4;

/// Decides after `tries` attempts, with `left` until the caller stops waiting. `jitter` is a random number from 0 to
/// 1000 that keeps many containers from coming back at the same moment.
#[must_use]
pub fn decide(effect: Effect, failure: Failure, tries: u32, left: Duration, jitter: u16) -> RetryDecision {
    let backoff = Duration::from_millis(100) * 2_u32.saturating_pow(tries.saturating_sub(1).min(6));
    let share = |whole: Duration| whole * u32::from(jitter.min(1000)) / 1000;
    let wait = match (failure, effect) {
        (Failure::Final, _) | (Failure::Unknown | Failure::Garbled, Effect::Write) => return RetryDecision::GiveUp,
        (Failure::NotSent, _) | (Failure::Unknown | Failure::Garbled, Effect::Read) => backoff / 2 + share(backoff / 2),
        (Failure::RateLimited(window), _) => window + share(Duration::from_millis(500)),
    };
    if tries >= MOST_TRIES || wait >= left { RetryDecision::GiveUp } else { RetryDecision::Again(wait) }
}
