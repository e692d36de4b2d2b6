//! A clock that a test moves.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use shared::types::clock::Clock;

/// The machine's time, moved by the amount that the test sets.
#[derive(Clone, Debug, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Returns how far the clock was moved, in seconds.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Returns the clock for the code under test.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let offset = Arc::clone(&self.0);
        Clock::from_fn(move || Timestamp::now() + SignedDuration::from_secs(offset.load(Ordering::SeqCst)))
    }
}
