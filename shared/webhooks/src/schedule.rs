//! When to try again. The schedule is the example of Standard Webhooks 1.0.0:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability>.

use std::{num::NonZeroU32, time::Duration};

use jiff::Timestamp;

use crate::outcome::{LONGEST_WAIT, Outcome};

/// How many attempts a message gets at most.
pub const MOST_ATTEMPTS: u32 = 10;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// The waits after each failed attempt, in seconds: ten attempts in about 75 hours.
const WAITS: [u64; 9] = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// What to do with a message after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The message is delivered.
    Done,
    /// Try again at this time.
    At(Timestamp),
    /// The last attempt has failed.
    GiveUp,
    /// The receiver wants no more messages. Disable its endpoint.
    Disable,
}

/// Decides what to do after an attempt, the first of which has number 1. `random` is evenly distributed over all
/// numbers. It changes a wait by up to 20 %, so that messages that failed together are not sent together again. A wait
/// that the receiver asked for is never made shorter, and is at most 24 hours.
#[must_use]
pub fn next_attempt(attempt: NonZeroU32, outcome: &Outcome, now: Timestamp, random: u32) -> Next {
    let asked = match outcome {
        Outcome::Delivered { .. } => return Next::Done,
        Outcome::Gone => return Next::Disable,
        Outcome::Slow { retry_after, .. } => retry_after.unwrap_or_default(),
        Outcome::Failed(_) => Duration::ZERO,
    };
    let Some(wait) = wait_after(attempt, random) else { return Next::GiveUp };
    let asked = per_mille(asked.min(LONGEST_WAIT), 1000 + share(random, 200)).min(LONGEST_WAIT);
    Next::At(later(now, wait.max(asked)))
}

/// Returns when to try again after an attempt failed, or `None` if it was the last one. See [`next_attempt`].
#[must_use]
pub fn retry_at(attempt: NonZeroU32, now: Timestamp, random: u32) -> Option<Timestamp> {
    wait_after(attempt, random).map(|wait| later(now, wait))
}

fn wait_after(attempt: NonZeroU32, random: u32) -> Option<Duration> {
    let made = usize::try_from(attempt.get()).unwrap_or(usize::MAX);
    let wait = WAITS.get(made - 1)?;
    Some(per_mille(Duration::from_secs(*wait), 800 + share(random, 400)))
}

/// Returns the time `wait` after `now`.
pub(crate) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Maps a random number evenly to 0 to `most`.
fn share(random: u32, most: u16) -> u32 {
    let scaled = (u64::from(random) * (u64::from(most) + 1)) >> u32::BITS;
    u32::try_from(scaled).unwrap_or(u32::from(most))
}

fn per_mille(whole: Duration, share: u32) -> Duration {
    whole * share / 1000
}
