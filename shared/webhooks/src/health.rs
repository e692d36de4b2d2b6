//! How well the receiver at an endpoint does, and what this means for all messages to it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    outcome::{LONGEST_WAIT, Outcome},
    schedule::later,
};

/// So many failures in a row are no accident.
const FAILURES: u32 = 5;
/// A receiver that had a success so recently works.
const RECENTLY: Duration = Duration::from_secs(60);
/// The shortest wait for the next test of an endpoint that fails.
const SHORTEST_UNTIL_TEST: Duration = Duration::from_secs(60);
/// The longest one.
const LONGEST_UNTIL_TEST: Duration = Duration::from_secs(60 * 60);
/// An endpoint that fails for so long is disabled.
const LOST_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// How well the receiver at an endpoint does. The caller stores it, and updates it after each attempt. The default is
/// that of a new endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The number of failures since the last success.
    pub failures: u32,
    /// The time of the first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// The time of the last failure since the last success.
    pub last_failure: Option<Timestamp>,
    /// The time of the last success.
    pub last_success: Option<Timestamp>,
    /// The receiver asked to wait until this time.
    pub paused_until: Option<Timestamp>,
}

/// How many messages may be sent to an endpoint now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// All that are due.
    Open,
    /// One, as a test. The next one only after its result is known.
    OneAtATime,
    /// None before this time, because the receiver asked for it or fails. A failing receiver is tested then.
    PausedUntil(Timestamp),
    /// None. The endpoint has failed for five days: disable it, and tell its owner.
    Disable,
}

impl Health {
    /// Returns the state after an attempt that ended at `now`. Any outcome other than a success is a failure.
    #[must_use]
    pub fn after(self, outcome: &Outcome, now: Timestamp) -> Self {
        let asked = match outcome {
            Outcome::Delivered { .. } => {
                return Self { last_success: Some(now), paused_until: self.paused_until, ..Self::default() };
            }
            Outcome::Slow { retry_after, .. } => retry_after.map(|wait| later(now, wait.min(LONGEST_WAIT))),
            Outcome::Gone | Outcome::Failed(_) => None,
        };
        Self {
            failures: self.failures.saturating_add(1),
            failing_since: self.failing_since.or(Some(now)),
            last_failure: Some(now),
            last_success: self.last_success,
            // Another attempt at the same time may have got a longer wait.
            paused_until: self.paused_until.max(asked),
        }
    }

    /// Decides how many messages may be sent at `now`.
    #[must_use]
    pub fn flow(&self, now: Timestamp) -> Flow {
        let fails = self.failures >= FAILURES;
        // The time without an attempt does not count: a quiet endpoint does not fail.
        let is_lost =
            self.failing_since.zip(self.last_failure).is_some_and(|(first, last)| last >= later(first, LOST_AFTER));
        if fails && is_lost {
            return Flow::Disable;
        }
        let works = self.last_success.is_some_and(|success| later(success, RECENTLY) > now);
        let is_tested = fails && !works;
        let until = self.paused_until.max(self.next_test().filter(|_| is_tested)).filter(|until| *until > now);
        match until {
            Some(until) => Flow::PausedUntil(until),
            None if is_tested => Flow::OneAtATime,
            None => Flow::Open,
        }
    }

    /// Returns when an endpoint that fails is tested again, or `None` if it does not fail.
    fn next_test(&self) -> Option<Timestamp> {
        let (first, last) = self.failing_since.zip(self.last_failure)?;
        let failing = Duration::try_from(first.duration_until(last)).unwrap_or_default();
        Some(later(last, until_next_test(failing)))
    }
}

/// Returns how long an endpoint that has failed for the time `failing` waits for its next test: a tenth of that time,
/// at least a minute and at most an hour.
#[must_use]
pub fn until_next_test(failing: Duration) -> Duration {
    (failing / 10).clamp(SHORTEST_UNTIL_TEST, LONGEST_UNTIL_TEST)
}
