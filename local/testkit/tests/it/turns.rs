//! Turns at the bank's endpoints: whatever several processes do with old knowledge, the bank's limit is kept, and a
//! queue uses nearly all of it.

use std::time::Duration;

use proptest::prelude::*;
use shared::types::{
    deadline::Priority,
    lane_lease::LaneLease,
    turns::{Limit, TurnRequest, Turns},
};
use testkit::{Got, TurnItem};

fn limit(calls: u32, seconds: u64) -> Limit {
    Limit::new(calls, Duration::from_secs(seconds))
}

fn request(limit: Limit, latest: i64) -> TurnRequest {
    TurnRequest { limit, latest, priority: Priority::Usual, wants_lease: false, reserves_announced: false }
}

/// Takes a turn for a process that knows the state.
fn take(item: &mut TurnItem, now: i64, request: TurnRequest) -> Got {
    let mut known = item.turns.clone();
    item.take(now, &mut known, request)
}

/// Whether a bank with this limit would refuse one of the calls.
fn is_exceeded(limit: Limit, calls: &[i64]) -> bool {
    let mut calls = calls.to_vec();
    calls.sort_unstable();
    calls.windows(limit.calls() as usize + 1).any(|calls| calls[calls.len() - 1] - calls[0] < limit.window_ms())
}

#[derive(Clone, Copy, Debug)]
struct Ask {
    process: usize,
    after: i64,
    patience: i64,
    wants_lease: bool,
    forgets: bool,
    /// How long the store's answer takes, in milliseconds.
    delay: i64,
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let after = prop_oneof![Just(0_i64), 0_i64..200, 0_i64..9_000];
    let ask = (0_usize..6, after, 0_i64..25_000, any::<bool>(), 0_u8..20, 0_i64..40);
    let ask = ask.prop_map(|(process, after, patience, wants_lease, forgets, delay)| Ask {
        process,
        after,
        patience,
        wants_lease,
        forgets: forgets == 0,
        delay,
    });
    prop::collection::vec(ask, 1..150)
}

proptest! {
    #[test]
    fn the_banks_limit_is_kept(
        limit in prop_oneof![Just(limit(3, 3)), Just(limit(5, 3)), Just(limit(2, 3)), Just(limit(1, 30)), Just(limit(70, 30))],
        asks in asks(),
    ) {
        let (mut item, mut calls, mut now) = (TurnItem::default(), Vec::new(), 1_000_000_000_000_i64);
        let mut processes: Vec<(Option<Turns>, LaneLease)> = vec![Default::default(); 6];
        for ask in asks {
            now += ask.after;
            let (known, lease) = &mut processes[ask.process];
            if ask.forgets {
                (*known, *lease) = Default::default();
            }
            if lease.use_turn(limit, now) {
                calls.push(now);
                continue;
            }
            let request = TurnRequest { wants_lease: ask.wants_lease, ..request(limit, now + ask.patience) };
            match item.take(now, known, request) {
                Got::Granted { at, leased } => {
                    prop_assert!(at <= now + ask.patience);
                    // The store's answer needs a moment.
                    calls.push(at.max(now + ask.delay));
                    lease.granted(at, leased, now + ask.delay);
                }
                Got::Announced(at) => prop_assert!(at > now + ask.patience),
            }
        }
        prop_assert!(!is_exceeded(limit, &calls), "{calls:?}");
    }

    #[test]
    fn a_long_queue_gives_the_same_turns_as_one_turn_after_the_other(calls in 1_u32..8, queued in 0_u64..500) {
        let limit = limit(calls, 3);
        let (mut item, mut turns) = (TurnItem::default(), Vec::new());
        for _ in 0..=queued {
            let Got::Granted { at, .. } = take(&mut item, 0, request(limit, i64::MAX / 4)) else { panic!() };
            turns.push(at);
        }
        for (index, at) in turns.into_iter().enumerate() {
            prop_assert_eq!(at, index as i64 / i64::from(calls) * limit.spacing_ms());
        }
    }
}

#[test]
fn callers_who_come_at_the_announced_time_get_a_turn() {
    for (calls, seconds, reserves_announced) in [(3, 3, false), (1, 30, true), (70, 30, false)] {
        let (limit, mut item) = (limit(calls, seconds), TurnItem::default());
        let ask = |item: &mut TurnItem, now, priority| {
            let request = TurnRequest { priority, reserves_announced, ..request(limit, now + 24_500) };
            take(item, now, request)
        };
        let first: Vec<_> = (0..200).map(|_| ask(&mut item, 0, Priority::Usual)).collect();
        let mut told: Vec<_> =
            first.into_iter().filter_map(|got| if let Got::Announced(at) = got { Some(at) } else { None }).collect();
        told.sort_unstable();
        assert!(told.is_sorted_by(|one, other| one < other) || calls > 3, "{told:?}");

        for at in told {
            // Rounded up to seconds, as `Retry-After` is.
            let now = (at + 999) / 1000 * 1000;
            let got = ask(&mut item, now, Priority::Returning);
            assert!(matches!(got, Got::Granted { .. }), "{calls}/{seconds} told {at}: {got:?}");
        }
    }
}

#[test]
fn a_consent_does_not_wait_for_announced_times() {
    let (limit, mut item) = (limit(1, 30), TurnItem::default());
    let mut ask = |now, priority| {
        let request = TurnRequest { priority, reserves_announced: true, ..request(limit, now + 24_500) };
        take(&mut item, now, request)
    };
    for _ in 0..50 {
        ask(0, Priority::Usual);
    }

    assert!(matches!(ask(10_000, Priority::Usual), Got::Announced(at) if at > 1_000_000));
    assert_eq!(ask(10_000, Priority::First), Got::Granted { at: limit.spacing_ms(), leased: false });
    // Nobody came at the next time, so a new caller may.
    assert!(matches!(ask(63_000, Priority::Usual), Got::Announced(_)));
    assert!(matches!(ask(68_000, Priority::Usual), Got::Granted { .. }));
}

#[test]
fn a_refusal_of_the_bank_delays_the_next_turns_and_teaches_its_limit() {
    let (configured, named) = (limit(3, 3), limit(2, 10));
    let turns = Turns::new(configured, 0).exceeded(0, configured, Some(named));
    assert_eq!(turns.limit(configured), named);
    // The latest text counts, and none for longer than a day. A window that is far too long is cut.
    assert_eq!(turns.exceeded(0, configured, None).limit(configured), named);
    assert_eq!(turns.exceeded(0, configured, Some(configured)).limit(configured), configured);
    assert_eq!(turns.exceeded(0, configured, Some(limit(1, 3_600))).limit(configured), limit(1, 30));
    let a_day_later = 86_400_001;
    let mut item = TurnItem { turns: Some(turns.clone()), updates: 0 };
    let mut later = Some(turns.clone());
    item.take(a_day_later, &mut later, request(configured, a_day_later));
    assert_eq!(later.unwrap().limit(configured), configured);

    let mut item = TurnItem { turns: Some(turns), updates: 0 };
    let turns: Vec<_> = (0..4)
        .map(|_| match take(&mut item, 0, request(configured, 60_000)) {
            Got::Granted { at, .. } => at,
            later @ Got::Announced(_) => panic!("{later:?}"),
        })
        .collect();

    assert!(turns[0] > 0, "{turns:?}");
    assert!(!is_exceeded(named, &turns), "{turns:?}");
}

#[test]
fn callers_who_do_not_obey_move_no_time_by_hours() {
    let (limit, mut item) = (limit(3, 3), TurnItem::default());
    let ask = |item: &mut TurnItem, now| take(item, now, request(limit, now + 24_500));
    for number in 0..12_000 {
        ask(&mut item, number * 50);
    }

    assert!(matches!(ask(&mut item, 600_000), Got::Announced(at) if at < 600_000 + 6 * 60_000));
}

#[test]
fn a_state_that_this_program_cannot_have_written_is_not_valid() {
    let state = |text: &str| serde_json::from_str::<Turns>(text).map(|turns| turns.is_valid(1_000));
    let good = r#"{"version":1,"lanes":[1,2,3],"queued":0,"next_announced":5,"learned":null}"#;
    assert!(state(good).unwrap());
    for (old, new) in [
        ("[1,2,3]", "[]"),
        ("[1,2,3]", "[1,2,9000000000000]"),
        ("\"queued\":0", "\"queued\":9000000000"),
        ("\"next_announced\":5", "\"next_announced\":-9000000000000"),
        ("null", r#"{"limit":{"calls":0,"window_ms":3000},"until":5}"#),
        ("null", r#"{"limit":{"calls":3,"window_ms":0},"until":5}"#),
    ] {
        assert!(!state(&good.replace(old, new)).unwrap(), "{new}");
    }
}

#[test]
fn background_work_waits_for_no_turn() {
    let (limit, mut item) = (limit(3, 3), TurnItem::default());
    let mut ask = |now, priority, latest| take(&mut item, now, TurnRequest { priority, ..request(limit, latest) });

    for _ in 0..3 {
        assert!(matches!(ask(0, Priority::Background, 0), Got::Granted { at: 0, .. }));
    }
    assert!(matches!(ask(0, Priority::Background, 0), Got::Announced(_)));
    assert_eq!(ask(0, Priority::Usual, 24_500), Got::Granted { at: limit.spacing_ms(), leased: false });
}
