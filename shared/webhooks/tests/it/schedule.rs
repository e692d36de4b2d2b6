//! When a message is tried again.

use std::{num::NonZeroU32, time::Duration};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use webhooks::{Failure, MOST_ATTEMPTS, Next, Outcome, next_attempt, retry_at};

const FAILED: Outcome = Outcome::Failed(Failure::Connection);
const HOUR: i64 = 3600;
/// The random number that changes no wait, because it is in the middle.
const MIDDLE: u32 = u32::MAX / 2;

fn slow(seconds: u64) -> Outcome {
    Outcome::Slow { status: 503, retry_after: Some(Duration::from_secs(seconds)) }
}

/// Returns the wait after an attempt, or `None` if there is no other attempt.
fn wait(attempt: u32, outcome: &Outcome, random: u32) -> Option<SignedDuration> {
    match next_attempt(NonZeroU32::new(attempt).unwrap(), outcome, Timestamp::UNIX_EPOCH, random) {
        Next::At(time) => Some(Timestamp::UNIX_EPOCH.duration_until(time)),
        Next::GiveUp => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ten_attempts_take_about_three_days() {
    let expected = [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    for (attempt, seconds) in (1..).zip(expected) {
        assert_eq!(wait(attempt, &FAILED, MIDDLE), Some(SignedDuration::from_secs(seconds)));
        assert_eq!(wait(attempt, &FAILED, 0), Some(SignedDuration::from_millis(seconds * 800)));
        assert_eq!(wait(attempt, &FAILED, u32::MAX), Some(SignedDuration::from_millis(seconds * 1200)));
    }
    for attempt in [10, 11, 1000, u32::MAX] {
        assert_eq!(wait(attempt, &FAILED, MIDDLE), None);
        assert_eq!(wait(attempt, &slow(60), MIDDLE), None);
    }
    assert_eq!(expected.iter().sum::<i64>(), 75 * HOUR + 35 * 60 + 5);
    assert_eq!(
        (wait(MOST_ATTEMPTS, &FAILED, MIDDLE), MOST_ATTEMPTS),
        (None, 1 + u32::try_from(expected.len()).unwrap())
    );
}

#[test]
fn a_failure_that_is_no_answer_over_http_has_the_same_waits() {
    for (attempt, random) in (1..=11).flat_map(|attempt| [0, MIDDLE, u32::MAX].map(|random| (attempt, random))) {
        let at = retry_at(NonZeroU32::new(attempt).unwrap(), Timestamp::UNIX_EPOCH, random);
        let expected = wait(attempt, &FAILED, random);
        assert_eq!(at.map(|time| Timestamp::UNIX_EPOCH.duration_until(time)), expected, "{attempt} {random}");
    }
}

#[test]
fn success_and_refusal_end_a_message() {
    for attempt in [1, 5, 10, 11] {
        let next = |outcome| next_attempt(NonZeroU32::new(attempt).unwrap(), &outcome, Timestamp::UNIX_EPOCH, 7);
        assert_eq!(next(Outcome::Delivered { status: 204 }), Next::Done);
        assert_eq!(next(Outcome::Gone), Next::Disable);
    }
}

#[test]
fn a_receiver_can_ask_for_a_longer_wait_but_not_for_a_shorter_one() {
    for (attempt, asked, shortest, longest) in [
        (1, 0, 4, 6),
        (1, 60, 60, 72),
        (2, 60, 240, 360),
        (3, 3600, 3600, 4320),
        (9, 86_400, 86_400, 103_680),
        (1, 86_400, 86_400, 86_400),
        (1, u64::MAX, 86_400, 86_400),
    ] {
        assert_eq!(wait(attempt, &slow(asked), 0).unwrap().as_secs(), shortest, "{attempt} {asked}");
        assert_eq!(wait(attempt, &slow(asked), u32::MAX).unwrap().as_secs(), longest, "{attempt} {asked}");
    }
    let unasked = Outcome::Slow { status: 429, retry_after: None };
    assert_eq!(wait(4, &unasked, MIDDLE), wait(4, &FAILED, MIDDLE));
}

#[test]
fn the_end_of_time_is_no_error() {
    let next = next_attempt(NonZeroU32::MIN, &FAILED, Timestamp::MAX, 0);

    assert_eq!(next, Next::At(Timestamp::MAX));
}

proptest! {
    #[test]
    fn every_wait_is_within_its_bounds(attempt in 1..=9_u32, asked in any::<u64>(), random in any::<u32>()) {
        let middle = wait(attempt, &FAILED, MIDDLE).unwrap();
        let failed = wait(attempt, &FAILED, random).unwrap();
        prop_assert!(failed * 10 >= middle * 8 && failed * 10 <= middle * 12);

        let slowed = wait(attempt, &slow(asked), random).unwrap();
        let asked = SignedDuration::from_secs(asked.min(86_400).try_into().unwrap());
        prop_assert!(slowed >= failed && slowed >= asked);
        prop_assert!(slowed == failed || slowed <= SignedDuration::from_secs(86_400));
    }

    #[test]
    fn a_larger_number_never_means_a_shorter_wait(attempt in 1..=9_u32, one in any::<u32>(), other in any::<u32>()) {
        let (small, large) = (one.min(other), one.max(other));
        prop_assert!(wait(attempt, &FAILED, small) <= wait(attempt, &FAILED, large));
    }
}
