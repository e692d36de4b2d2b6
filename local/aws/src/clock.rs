//! The clock of the queues. Tests move it instead of waiting.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::watch;

use crate::answer::{self, Answer};
use crate::switch;

/// The machine's time, plus an offset, or a time that stands still. Copies of a clock show the same time. A call that
/// waits for a time notices at once that the clock is moved.
///
/// Signatures are verified by the machine's time, because AWS's clients sign by it.
#[derive(Clone, Debug)]
pub struct Clock(watch::Sender<Hands>);

#[derive(Clone, Copy, Debug)]
enum Hands {
    /// The clock is ahead of the machine's time.
    Ahead(SignedDuration),
    /// The clock stands still.
    Still(Timestamp),
}

impl Default for Clock {
    fn default() -> Self {
        Self(watch::Sender::new(Hands::Ahead(SignedDuration::ZERO)))
    }
}

impl Hands {
    fn now(self) -> Timestamp {
        match self {
            Self::Ahead(offset) => after(Timestamp::now(), offset),
            Self::Still(time) => time,
        }
    }
}

/// A later time. An offset that exceeds the calendar has no effect.
fn after(time: Timestamp, offset: SignedDuration) -> Timestamp {
    time.checked_add(offset).unwrap_or(time)
}

/// The body of `POST /_local/clock`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    offset_seconds: i64,
}

impl Clock {
    /// Moves the clock forward, or back if the duration is negative.
    pub fn advance(&self, by: SignedDuration) {
        self.0.send_modify(|hands| {
            *hands = match *hands {
                Hands::Ahead(offset) => Hands::Ahead(offset.saturating_add(by)),
                Hands::Still(time) => Hands::Still(after(time, by)),
            };
        });
    }

    /// Sets how far the clock is ahead of the machine's time. A clock that stood still goes again.
    pub fn set_offset(&self, offset: SignedDuration) {
        self.0.send_replace(Hands::Ahead(offset));
    }

    /// Lets the clock stand still, so that only [`advance`](Self::advance) moves it.
    pub fn freeze(&self) {
        self.0.send_modify(|hands| *hands = Hands::Still(hands.now()));
    }

    /// The time of this clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.borrow().now()
    }

    /// The time of this clock in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Reports each move of the clock.
    pub(crate) fn moves(&self) -> Moves {
        Moves(self.0.subscribe())
    }

    /// Answers a request to the switch.
    pub(crate) fn switch(&self, request: &Request<Bytes>) -> Answer {
        if request.method() != Method::POST {
            return switch::unknown();
        }
        match serde_json::from_slice::<Order>(request.body()) {
            Ok(order) => {
                self.set_offset(SignedDuration::from_secs(order.offset_seconds));
                answer::no_content()
            }
            Err(error) => switch::refusal(StatusCode::BAD_REQUEST, &error.to_string()),
        }
    }
}

/// Reports each move of a clock.
#[derive(Debug)]
pub(crate) struct Moves(watch::Receiver<Hands>);

impl Moves {
    /// Forgets the moves until now.
    pub(crate) fn forget(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits for a move. Returns at once if no copy of the clock is left.
    pub(crate) async fn next(&mut self) {
        drop(self.0.changed().await);
    }
}
