//! Lanes that a process has leased, so that it needs no store for its calls.

use std::collections::VecDeque;

use super::rate_limit::Limit;

/// How long a lease lasts, in milliseconds.
pub const LEASE_MS: i64 = 30_000;
/// A process that called an endpoint within this time gets a lease, in milliseconds.
const RECENTLY_MS: i64 = 60_000;

/// The leased lanes of one endpoint, and when the process used them. Times are milliseconds since the epoch.
#[derive(Clone, Debug, Default)]
pub struct LaneLease {
    until: i64,
    used: VecDeque<i64>,
    called_at: Option<i64>,
}

impl LaneLease {
    /// Uses a leased turn. Returns `false` if there is none.
    pub fn use_turn(&mut self, limit: Limit, now: i64) -> bool {
        while self.used.front().is_some_and(|used| *used <= now - limit.spacing_ms()) {
            self.used.pop_front();
        }
        let has_turn = now < self.until && self.used.len() < limit.leased_lanes() as usize;
        if has_turn {
            self.used.push_back(now);
        }
        has_turn
    }

    /// Returns whether the process called the endpoint a short time ago, so that it will probably do so again.
    #[must_use]
    pub fn is_worthwhile(&self, now: i64) -> bool {
        self.called_at.is_some_and(|at| now - at < RECENTLY_MS)
    }

    /// Notes that the process took a turn in the store. With `leased`, the turn is the first one of a lease, which was
    /// granted at the time of the turn.
    pub fn granted(&mut self, turn: i64, leased: bool, now: i64) {
        self.called_at = Some(now);
        if leased {
            (self.until, self.used) = (turn + LEASE_MS, VecDeque::from([now]));
        }
    }

    /// Ends the lease.
    pub fn end(&mut self) {
        self.until = 0;
    }
}
