//! Turns: when calls to one endpoint of the bank may be sent, so that all processes together keep the bank's limit.
//!
//! An endpoint that allows three calls in three seconds has three lanes, and each lane gives one turn per window. Any
//! schedule of turns of this kind keeps the limit, in every period of that length. Times are milliseconds since the
//! epoch. This module computes only; [`Store::take_turn`](crate::store::Store::take_turn) keeps the state.
//!
//! A caller either rewrites the whole state, which only one of several can do, or joins the queue by incrementing
//! [`Turns::queued`], which all of them can do at once. From the same state and the same number, every process computes
//! the same turn.

use serde::{Deserialize, Serialize};

use super::{deadline::Priority, lane_lease::LEASE_MS, rate_limit::MOST_CALLS};

pub use super::rate_limit::Limit;

/// How long a turn waits for the caller to whom it was announced. Then others may have it.
const GRACE_MS: i64 = 5_000;
/// How many turns ahead a time is announced. Callers who do not obey must not move the times of the others for hours.
const MOST_ANNOUNCED: i64 = 300;
/// How long a limit that the bank has named is believed, in milliseconds.
const LEARNED_FOR_MS: i64 = 86_400_000;
/// A limit that the bank has named has at most this many times the window of the configured one.
const LONGEST_LEARNED: i64 = 10;
/// A time in a state is at most this far from now, in milliseconds. Anything else was not written by this program.
const FURTHEST_MS: i64 = 7 * 86_400_000;
/// A state with more queued turns was not written by this program.
const MOST_QUEUED: u64 = 1_000_000;

/// Returns the time that a call needs after its turn, in milliseconds. For a call that changes something it is longer:
/// if the deadline passes before the answer, the outcome of an order is unknown.
#[must_use]
pub const fn kept_for_call_ms(is_read: bool) -> i64 {
    if is_read { 2_000 } else { 5_000 }
}

/// What a caller wants.
#[derive(Clone, Copy, Debug)]
pub struct TurnRequest {
    /// The limit, if the bank has not named another.
    pub limit: Limit,
    /// The latest turn that is of use.
    pub latest: i64,
    /// Who goes first.
    pub priority: Priority,
    /// Whether the caller has called this endpoint a short time ago, and will probably do so again.
    pub wants_lease: bool,
    /// Whether callers to whom a time was announced go before new ones.
    pub reserves_announced: bool,
}

/// How a caller gets its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Stores this state in place of the present one.
    Rewrite {
        /// The new state.
        turns: Turns,
        /// When the caller's turn is.
        turn: i64,
        /// Whether the caller has leased [`Limit::leased_lanes`] lanes for [`LEASE_MS`].
        leased: bool,
    },
    /// Joins the queue, if fewer than this number have joined. [`Turns::joined`] then returns the turn.
    Join {
        /// The maximum number of queued turns, including this one.
        most: u64,
    },
    /// No turn is early enough.
    Announce {
        /// The earliest time to try again.
        from: i64,
        /// By how much later the next announced time is, in milliseconds.
        step: i64,
    },
}

/// The turns of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// Counts rewrites.
    pub version: u64,
    /// When the next turn of each lane was at the last rewrite.
    lanes: Vec<i64>,
    /// The number of turns that were given since then, each the earliest.
    pub queued: u64,
    /// The earliest time that was announced to no caller.
    pub next_announced: i64,
    /// The limit that the bank has named, if it differs from the configured one.
    learned: Option<Learned>,
}

/// A limit that the bank has named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    limit: Limit,
    /// Until when it is believed.
    until: i64,
}

impl Turns {
    /// Returns the state of an endpoint that was not called yet.
    #[must_use]
    pub fn new(limit: Limit, now: i64) -> Self {
        let lanes = vec![now; limit.calls as usize];
        Self { version: 0, lanes, queued: 0, next_announced: now, learned: None }
    }

    /// Returns the next turn of each lane at the last rewrite.
    #[must_use]
    pub fn lanes(&self) -> &[i64] {
        &self.lanes
    }

    /// Returns the limit that the bank has named, if it differs from the configured one.
    #[must_use]
    pub const fn learned(&self) -> Option<Learned> {
        self.learned
    }

    /// Returns the limit in force.
    #[must_use]
    pub fn limit(&self, configured: Limit) -> Limit {
        self.learned.map_or(configured, |learned| learned.limit)
    }

    /// Returns whether this program can have written the state.
    #[must_use]
    pub fn is_valid(&self, now: i64) -> bool {
        let is_near = |time: i64| (now - FURTHEST_MS..=now + FURTHEST_MS).contains(&time);
        (1..=MOST_CALLS as usize).contains(&self.lanes.len())
            && self.lanes.iter().all(|lane| is_near(*lane))
            && is_near(self.next_announced)
            && self.queued <= MOST_QUEUED
            && self.version < u64::MAX
            && self.learned.is_none_or(|learned| learned.limit.is_valid() && is_near(learned.until))
    }

    /// Returns when the next turn of each lane is, after the queued turns, in order.
    fn settled(&self, limit: Limit) -> Vec<i64> {
        let (mut lanes, mut left, spacing) = (self.lanes.clone(), self.queued, limit.spacing_ms());
        lanes.sort_unstable();
        while left > 0 {
            let (Some(&first), Some(&last)) = (lanes.first(), lanes.last()) else { break };
            let all = lanes.len() as u64;
            // While the lanes are less than one turn apart, a round gives each of them one.
            if last - first <= spacing && left >= all {
                let rounds = i64::try_from(left / all).unwrap_or(i64::MAX);
                lanes.iter_mut().for_each(|lane| *lane = lane.saturating_add(spacing.saturating_mul(rounds)));
                left %= all;
            } else {
                lanes[0] = first.saturating_add(spacing);
                lanes.sort_unstable();
                left -= 1;
            }
        }
        // The bank may have named another number of calls since. A removed lane is one that was free early.
        let calls = limit.calls as usize;
        if lanes.len() > calls {
            lanes.drain(..lanes.len() - calls);
        }
        while lanes.len() < calls {
            lanes.insert(0, lanes.first().copied().unwrap_or_default());
        }
        lanes
    }

    /// Returns how the caller gets its turn.
    #[must_use]
    pub fn plan(&self, now: i64, request: TurnRequest) -> Plan {
        let TurnRequest { latest, priority, .. } = request;
        let has_ended = self.learned.is_some_and(|learned| learned.until <= now);
        let limit = if has_ended { request.limit } else { self.limit(request.limit) };
        let lanes = self.settled(limit);
        let next = lanes.first().copied().unwrap_or(now);
        let may_take_announced = request.reserves_announced && priority >= Priority::Returning;
        let is_awaited = self.next_announced > now && next > now - GRACE_MS;
        if next > latest || request.reserves_announced && !may_take_announced && is_awaited {
            let announced = self.next_announced.max(next);
            let furthest = next.max(now) + MOST_ANNOUNCED * limit.interval_ms();
            let (from, step) = match priority {
                Priority::Background => (next.max(now + 1), 0),
                // A caller who had waited gets the true time now, and delays no other.
                _ if may_take_announced => (next, 0),
                _ if announced >= furthest => (furthest, 0),
                _ => (announced, limit.interval_ms()),
            };
            return Plan::Announce { from, step };
        }
        let learned = self.learned.filter(|_| !has_ended);
        let rewritten = || Self { learned, ..self.clone() }.rewrite(now, lanes, limit, request.wants_lease);
        let is_stored = self.version > 0 && !has_ended && self.lanes.len() == limit.calls as usize;
        if is_stored && next >= now - limit.slack_ms() / 2 {
            let join = Plan::Join { most: self.turns_until(latest, limit) };
            // A lease is worth a rewrite, which only one of several callers can do.
            return match request.wants_lease.then(rewritten) {
                Some(lease @ Plan::Rewrite { leased: true, .. }) => lease,
                _ => join,
            };
        }
        rewritten()
    }

    fn rewrite(&self, now: i64, mut lanes: Vec<i64>, limit: Limit, wants_lease: bool) -> Plan {
        // A lane that was free for long gives no more than one turn at once.
        lanes.iter_mut().for_each(|lane| *lane = (*lane).max(now));
        let turn = lanes.first().copied().unwrap_or(now);
        let free = lanes.iter().filter(|lane| **lane <= now).count();
        let (leasable, calls) = (limit.leased_lanes() as usize, limit.calls as usize);
        let is_leased = lanes.last().is_some_and(|last| *last > now + limit.spacing_ms());
        let leased = wants_lease && leasable > 0 && !is_leased && free >= leasable + (calls / 2).max(1);
        if leased {
            lanes.iter_mut().take(leasable).for_each(|lane| *lane = now + LEASE_MS + limit.spacing_ms());
        } else if let Some(lane) = lanes.first_mut() {
            *lane = turn + limit.spacing_ms();
        }
        lanes.sort_unstable();
        let turns = Self { version: self.version + 1, lanes, queued: 0, ..self.clone() };
        Plan::Rewrite { turns, turn, leased }
    }

    /// Returns the turn of the caller who joined last.
    #[must_use]
    pub fn joined(&self, configured: Limit) -> i64 {
        let before = Self { queued: self.queued.saturating_sub(1), ..self.clone() };
        before.settled(self.limit(configured)).first().copied().unwrap_or_default()
    }

    /// Returns the number of turns since the last rewrite that are not later than a time.
    fn turns_until(&self, latest: i64, limit: Limit) -> u64 {
        let of_lane = |lane: &i64| u64::try_from((latest - lane).div_euclid(limit.spacing_ms()) + 1).unwrap_or(0);
        self.lanes.iter().map(of_lane).sum()
    }

    /// Returns the state after the bank has refused a call because of its limit. Another program uses the same address,
    /// or calls were late. So every lane gets its next turn later. `named` is the limit that the bank's text names.
    #[must_use]
    pub fn exceeded(&self, now: i64, configured: Limit, named: Option<Limit>) -> Self {
        let longest = configured.window_ms.saturating_mul(LONGEST_LEARNED);
        let learned = match named {
            Some(named) if named == configured => None,
            Some(Limit { calls, window_ms }) => {
                let limit = Limit { calls, window_ms: window_ms.min(longest) };
                Some(Learned { limit, until: now + LEARNED_FOR_MS })
            }
            None => self.learned,
        };
        let limit = learned.map_or(configured, |learned| learned.limit);
        let mut lanes = self.settled(limit);
        lanes.iter_mut().for_each(|lane| *lane = (*lane).max(now) + limit.interval_ms());
        Self { version: self.version + 1, lanes, queued: 0, learned, ..self.clone() }
    }

    /// Returns how many calls may be sent now, and the time in milliseconds after which the whole limit is available
    /// again. Leased lanes count as used.
    #[must_use]
    pub fn remaining(&self, now: i64, configured: Limit) -> (u32, i64) {
        let lanes = self.settled(self.limit(configured));
        let free = lanes.iter().filter(|lane| **lane <= now).count();
        let last = lanes.last().copied().unwrap_or(now);
        (u32::try_from(free).unwrap_or(u32::MAX), (last - now).max(0))
    }
}
