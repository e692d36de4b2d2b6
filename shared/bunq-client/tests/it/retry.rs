//! When a call is sent again: never if money could move twice.

use std::time::Duration;

use bunq_client::{Effect, Failure, RetryDecision, decide};
use proptest::prelude::*;

const AGES: Duration = Duration::from_secs(1_000_000);

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![Just(Effect::Read), Just(Effect::Write)]
}

fn seconds(range: std::ops::RangeInclusive<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_secs)
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::NotSent),
        seconds(1..=3600).prop_map(Failure::RateLimited),
        Just(Failure::Unknown),
        Just(Failure::Garbled),
        Just(Failure::Final),
    ]
}

fn wait(outcome: RetryDecision) -> Duration {
    match outcome {
        RetryDecision::Again(wait) => wait,
        RetryDecision::GiveUp => panic!("gives up"),
    }
}

proptest! {
    #[test]
    fn a_write_of_unknown_outcome_is_never_sent_again(tries in 0_u32.., left in seconds(0..=u64::MAX), jitter: u16) {
        for failure in [Failure::Unknown, Failure::Garbled] {
            prop_assert_eq!(decide(Effect::Write, failure, tries, left, jitter), RetryDecision::GiveUp);
        }
    }

    #[test]
    fn what_is_final_is_never_sent_again(effect in effect(), tries in 0_u32.., left in seconds(0..=u64::MAX), jitter: u16) {
        prop_assert_eq!(decide(effect, Failure::Final, tries, left, jitter), RetryDecision::GiveUp);
    }

    #[test]
    fn a_wait_always_ends_before_the_deadline(
        effect in effect(), failure in failure(), tries in 1_u32..10, left in 0_u64..5_000, jitter: u16,
    ) {
        let left = Duration::from_millis(left);
        if let RetryDecision::Again(wait) = decide(effect, failure, tries, left, jitter) {
            prop_assert!(wait < left, "{wait:?} of {left:?}");
        }
    }

    #[test]
    fn after_the_fourth_try_nothing_is_sent(effect in effect(), failure in failure(), tries in 4_u32.., jitter: u16) {
        prop_assert_eq!(decide(effect, failure, tries, AGES, jitter), RetryDecision::GiveUp);
    }

    #[test]
    fn a_rate_limit_is_waited_for_in_full_and_hardly_longer(
        effect in effect(), window in seconds(1..=3600), tries in 1_u32..4, jitter: u16,
    ) {
        let wait = wait(decide(effect, Failure::RateLimited(window), tries, AGES, jitter));
        prop_assert!(wait >= window, "{wait:?}");
        prop_assert!(wait <= window + Duration::from_millis(500), "{wait:?}");
    }

    #[test]
    fn what_cannot_have_run_is_sent_again_while_there_is_time(effect in effect(), tries in 1_u32..4, jitter: u16) {
        prop_assert!(wait(decide(effect, Failure::NotSent, tries, AGES, jitter)) > Duration::ZERO);
    }

    #[test]
    fn reads_come_back_later_each_time(tries in 1_u32..3, jitter: u16, other: u16) {
        let now = wait(decide(Effect::Read, Failure::Unknown, tries, AGES, jitter));
        let after = wait(decide(Effect::Read, Failure::Unknown, tries + 1, AGES, jitter));
        let whatever = wait(decide(Effect::Read, Failure::Unknown, tries + 1, AGES, other));
        prop_assert!(after > now, "{now:?} {after:?}");
        prop_assert!(whatever >= now, "{now:?} {whatever:?}");
    }

    #[test]
    fn two_containers_do_not_come_back_together(tries in 1_u32..4, jitter in 0_u16..1000) {
        let one = decide(Effect::Read, Failure::Unknown, tries, AGES, jitter);
        let other = decide(Effect::Read, Failure::Unknown, tries, AGES, jitter + 1);
        prop_assert!(wait(one) < wait(other));
    }
}

#[test]
fn a_rate_limit_past_the_deadline_is_answered_at_once() {
    let window = Failure::RateLimited(Duration::from_secs(30));

    assert_eq!(decide(Effect::Read, window, 1, Duration::from_secs(25), 0), RetryDecision::GiveUp);
    assert_eq!(decide(Effect::Read, window, 1, Duration::from_secs(30), 0), RetryDecision::GiveUp);
    assert_eq!(
        decide(Effect::Write, window, 1, Duration::from_secs(31), 0),
        RetryDecision::Again(Duration::from_secs(30)),
        "a 429 was not executed, so a write may come back too"
    );
}

#[test]
fn the_first_wait_is_a_tenth_of_a_second_at_the_most() {
    assert_eq!(decide(Effect::Read, Failure::Unknown, 1, AGES, 1000), RetryDecision::Again(Duration::from_millis(100)));
    assert_eq!(
        decide(Effect::Read, Failure::Unknown, 1, AGES, u16::MAX),
        RetryDecision::Again(Duration::from_millis(100))
    );
    assert_eq!(decide(Effect::Read, Failure::Unknown, 1, AGES, 0), RetryDecision::Again(Duration::from_millis(50)));
}
