//! When an endpoint gets fewer messages, or none.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};
use webhooks::{Failure, Flow, Health, Outcome, until_next_test};

const OK: Outcome = Outcome::Delivered { status: 200 };
const FAILED: Outcome = Outcome::Failed(Failure::Timeout);
const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn slow(seconds: u64) -> Outcome {
    Outcome::Slow { status: 429, retry_after: Some(Duration::from_secs(seconds)) }
}

/// Returns the state of a new endpoint after these attempts.
fn after(attempts: &[(i64, Outcome)]) -> Health {
    attempts.iter().fold(Health::default(), |health, (second, outcome)| health.after(outcome, at(*second)))
}

#[test]
fn five_failures_in_a_row_leave_one_message_at_a_time() {
    let mut health = Health::default();
    assert_eq!(health.flow(at(0)), Flow::Open);
    for second in 0..4 {
        health = health.after(&FAILED, at(second));
        assert_eq!(health.flow(at(second)), Flow::Open);
    }
    health = health.after(&FAILED, at(4));
    assert_eq!(health.flow(at(4)), Flow::PausedUntil(at(64)), "the first test is a minute later");
    assert_eq!(health.flow(at(64)), Flow::OneAtATime);
    assert_eq!(health.flow(at(DAY)), Flow::OneAtATime, "time alone does not help");

    health = health.after(&FAILED, at(DAY));
    assert_eq!(health.flow(at(DAY)), Flow::PausedUntil(at(DAY + 3600)), "a failed test delays the next one");
    assert_eq!(health.flow(at(DAY + 3600)), Flow::OneAtATime);
    health = health.after(&OK, at(DAY + 1));
    assert_eq!(health.flow(at(DAY + 1)), Flow::Open);
    assert_eq!(health, Health { last_success: Some(at(DAY + 1)), ..Health::default() });
}

#[test]
fn the_next_test_is_after_a_tenth_of_the_time_that_an_endpoint_fails() {
    let until = |seconds| until_next_test(Duration::from_secs(seconds)).as_secs();
    assert_eq!([0, 599, 600, 610, 3600].map(until), [60, 60, 60, 61, 360]);
    assert_eq!([35_990, 36_000, 36_010, u64::MAX].map(until), [3599, 3600, 3600, 3600]);

    let failing = after(&[0, 1, 2, 3, 10_000].map(|second| (second, FAILED)));
    assert_eq!(failing.flow(at(10_999)), Flow::PausedUntil(at(11_000)));
    assert_eq!(failing.flow(at(11_000)), Flow::OneAtATime);
    let asked = failing.after(&slow(7200), at(11_000));
    assert_eq!(asked.flow(at(11_001)), Flow::PausedUntil(at(18_200)), "the receiver asked for a longer wait");
    let shorter = failing.after(&slow(10), at(11_000));
    assert_eq!(shorter.flow(at(11_001)), Flow::PausedUntil(at(12_100)), "a shorter one does not hasten the test");
}

#[test]
fn a_success_within_a_minute_keeps_an_endpoint_open() {
    let mut health = after(&[(0, OK)]);
    for second in 1..=5 {
        health = health.after(&FAILED, at(second));
    }
    assert_eq!(health.flow(at(59)), Flow::Open);
    assert_eq!(health.flow(at(60)), Flow::PausedUntil(at(65)));
    assert_eq!(health.flow(at(65)), Flow::OneAtATime);
    assert_eq!(after(&[(0, FAILED), (1, OK), (2, FAILED), (3, FAILED), (4, FAILED), (5, FAILED)]).failures, 4);
}

#[test]
fn all_messages_wait_as_long_as_the_receiver_asked() {
    let health = after(&[(0, slow(100))]);
    assert_eq!(health.flow(at(99)), Flow::PausedUntil(at(100)));
    assert_eq!(health.flow(at(100)), Flow::Open);

    let longest = after(&[(0, slow(100)), (1, slow(10)), (2, FAILED), (3, OK)]);
    assert_eq!(longest.flow(at(99)), Flow::PausedUntil(at(100)), "a success at the same time does not shorten it");
    let capped = after(&[(0, slow(u64::MAX))]);
    assert_eq!(capped.flow(at(1)), Flow::PausedUntil(at(DAY)));
    let unasked = after(&[(0, Outcome::Slow { status: 503, retry_after: None })]);
    assert_eq!((unasked.failures, unasked.flow(at(0))), (1, Flow::Open));
}

#[test]
fn an_endpoint_that_fails_for_five_days_is_disabled() {
    let failures = |times: &[i64]| after(&times.iter().map(|second| (*second, FAILED)).collect::<Vec<_>>());

    assert_eq!(failures(&[0, 1, 2, 3, 5 * DAY]).flow(at(5 * DAY)), Flow::Disable);
    let almost = failures(&[0, 1, 2, 3, 5 * DAY - 1]).flow(at(5 * DAY - 1));
    assert_eq!(almost, Flow::PausedUntil(at(5 * DAY - 1 + 3600)));
    assert_eq!(failures(&[0, 1, 2, 3, 5 * DAY - 1]).flow(at(9 * DAY)), Flow::OneAtATime, "a quiet time is no failure");
    assert_eq!(failures(&[0, 9 * DAY]).flow(at(9 * DAY)), Flow::Open, "two failures are no series");
    let recovered =
        after(&[(0, FAILED), (1, FAILED), (2, OK), (5 * DAY, FAILED), (5 * DAY, FAILED), (5 * DAY, FAILED)]);
    assert_eq!(recovered.flow(at(5 * DAY)), Flow::Open);
    let slow_and_lost = after(&[(0, slow(9)), (1, slow(9)), (2, slow(9)), (3, slow(9)), (5 * DAY, slow(9))]);
    assert_eq!(slow_and_lost.flow(at(5 * DAY)), Flow::Disable);
}

#[test]
fn the_state_can_be_stored() {
    let health = after(&[(0, OK), (1, slow(100)), (2, FAILED)]);

    let text = serde_json::to_string(&health).unwrap();

    assert_eq!(serde_json::from_str::<Health>(&text).unwrap(), health);
    assert!(text.contains(r#""failing_since":"1970-01-01T00:00:01Z""#), "{text}");
}

fn attempts() -> impl Strategy<Value = Vec<(i64, Outcome)>> {
    let outcome = prop_oneof![Just(OK), Just(FAILED), Just(FAILED), (0..200_u64).prop_map(slow), Just(Outcome::Gone)];
    vec((0..DAY, outcome), 0..20).prop_map(|steps| {
        let mut now = 0;
        steps
            .into_iter()
            .map(|(wait, outcome)| {
                now += wait;
                (now, outcome)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_flow_follows_from_the_history(attempts in attempts(), later in 0..DAY) {
        let health = after(&attempts);
        let now = attempts.last().map_or(0, |last| last.0) + later;

        let row: Vec<_> = attempts.iter().rev().take_while(|attempt| attempt.1 != OK).collect();
        prop_assert_eq!(health.failures, u32::try_from(row.len()).unwrap());
        let since = row.last().zip(row.first()).map(|(first, last)| SignedDuration::from_secs(last.0 - first.0));
        let is_lost = row.len() >= 5 && since >= Some(SignedDuration::from_secs(5 * DAY));
        prop_assert_eq!(health.flow(at(now)) == Flow::Disable, is_lost);
        if health.flow(at(now)) == Flow::OneAtATime {
            prop_assert!(row.len() >= 5);
        }
    }
}
