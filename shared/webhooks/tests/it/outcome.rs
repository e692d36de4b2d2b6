//! What an answer means.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use webhooks::{Failure, Outcome};

const DAY: Duration = Duration::from_secs(86_400);

/// Sunday, 6 November 1994, 08:49:00, 37 seconds before the date in RFC 9110.
fn now() -> Timestamp {
    "1994-11-06T08:49:00Z".parse().unwrap()
}

#[test]
fn statuses_have_a_meaning() {
    for status in 100..=999 {
        let outcome = Outcome::of_answer(status, None, now());

        let expected = match status {
            200..=299 => Outcome::Delivered { status },
            300..=399 => Outcome::Failed(Failure::Redirect { status }),
            410 => Outcome::Gone,
            429 | 502 | 503 | 504 => Outcome::Slow { status, retry_after: None },
            _ => Outcome::Failed(Failure::Status { status }),
        };
        assert_eq!(outcome, expected);
        assert_eq!(outcome.status(), Some(status));
    }
}

#[test]
fn the_wait_is_read_in_seconds_or_as_a_date() {
    for (text, expected) in [
        ("0", Some(0)),
        ("120", Some(120)),
        ("007", Some(7)),
        ("86400", Some(86_400)),
        ("86401", Some(86_400)),
        ("99999999999999999999999999", Some(86_400)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
        ("Sun Nov  6 08:49:37 1994", Some(37)),
        ("Sun, 06 Nov 1994 08:48:59 GMT", Some(0)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ("Fri, 06 Nov 2009 08:49:37 GMT", Some(86_400)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        (" 1", None),
        ("1s", None),
        ("soon", None),
        ("1994-11-06T08:49:37Z", None),
        ("Sun, 06 Nov 1994 25:49:37 GMT", None),
    ] {
        let expected = expected.map(Duration::from_secs);
        for status in [429, 502, 503, 504] {
            let outcome = Outcome::of_answer(status, Some(text), now());
            assert_eq!(outcome, Outcome::Slow { status, retry_after: expected }, "{text}");
        }
        assert_eq!(Outcome::of_answer(500, Some(text), now()), Outcome::of_answer(500, None, now()));
    }
}

#[test]
fn failures_have_words() {
    let failures = [
        (Failure::Timeout, "timeout", None),
        (Failure::Dns, "dns", None),
        (Failure::Tls, "tls", None),
        (Failure::RefusedAddress, "refused_address", None),
        (Failure::Redirect { status: 301 }, "redirect", Some(301)),
        (Failure::Connection, "connection", None),
        (Failure::Status { status: 500 }, "status", Some(500)),
    ];
    for (failure, word, status) in failures {
        assert_eq!((failure.word(), failure.to_string().as_str()), (word, word));
        assert_eq!(Outcome::Failed(failure).status(), status);
    }
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_a_day(text in "[ -~]{0,40}", seconds in any::<u64>(), now in 0..4_000_000_000_i64) {
        let now = Timestamp::from_second(now).unwrap();
        for text in [text, seconds.to_string()] {
            let Outcome::Slow { retry_after, .. } = Outcome::of_answer(503, Some(&text), now) else { unreachable!() };
            prop_assert!(retry_after.is_none_or(|wait| wait <= DAY));
        }
    }
}
