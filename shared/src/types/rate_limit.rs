//! A limit of calls.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The state of an endpoint with more calls in a window would be large to store.
pub(super) const MOST_CALLS: u32 = 200;

/// A maximum number of calls in any period of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub(super) calls: u32,
    pub(super) window_ms: i64,
}

impl Limit {
    /// Returns a limit. The number of calls is limited to 1 to 200, the window to one second to one day.
    #[must_use]
    pub fn new(calls: u32, window: Duration) -> Self {
        let window = window.clamp(Duration::from_secs(1), Duration::from_secs(86_400));
        Self { calls: calls.clamp(1, MOST_CALLS), window_ms: i64::try_from(window.as_millis()).unwrap_or(86_400_000) }
    }

    /// Returns whether [`Self::new`] can have made the limit. One that was read from the store may be different.
    pub(super) fn is_valid(self) -> bool {
        (1..=MOST_CALLS).contains(&self.calls) && (1_000..=86_400_000).contains(&self.window_ms)
    }

    /// Returns the number of calls.
    #[must_use]
    pub const fn calls(self) -> u32 {
        self.calls
    }

    /// Returns the length of the period, in milliseconds.
    #[must_use]
    pub const fn window_ms(self) -> i64 {
        self.window_ms
    }

    /// Returns the number of lanes that a process may lease: a tenth of them, and none of a limit below three.
    #[must_use]
    pub fn leased_lanes(self) -> u32 {
        if self.calls < 3 { 0 } else { (self.calls / 10).max(1) }
    }

    /// Returns the time between two turns of a lane. It is a little longer than the window, because calls do not reach
    /// the bank at equal speed.
    #[must_use]
    pub const fn spacing_ms(self) -> i64 {
        self.window_ms + self.slack_ms()
    }

    /// Returns by how much calls may be late, in milliseconds.
    pub(super) const fn slack_ms(self) -> i64 {
        self.window_ms / 20
    }

    /// Returns the average time between two turns.
    pub(super) const fn interval_ms(self) -> i64 {
        self.spacing_ms() / self.calls as i64
    }
}
