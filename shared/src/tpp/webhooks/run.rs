//! What the tasks of a run of deliveries share, and what the run did.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::{
    store::DeliveryState,
    telemetry::{Metric, gauge},
    types::deadline::Deadline,
};

/// No attempt is begun if less time is left: it takes 15 seconds at most, and its result a few more.
const ROOM: Duration = Duration::from_secs(22);
/// How many attempts a process makes at the same time.
const AT_ONCE: usize = 40;
/// For how many workspaces at the same time events are numbered and endpoints are read.
const READERS: usize = 20;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Messages that receivers have. The event bus is a receiver, too.
    pub delivered: u32,
    /// Attempts that failed and are made again later.
    pub waiting: u32,
    /// Messages that were given up, because they have no attempt left.
    pub failed: u32,
    /// Messages whose endpoint is disabled or deleted.
    pub cancelled: u32,
    /// Attempts that were not claimed, or whose result was not written, and are made again; and messages that were
    /// given up for this reason.
    pub lost: u32,
    /// Items that cannot be read: deliveries, endpoints, events without a number.
    pub unreadable: u32,
    /// Endpoints whose messages cannot be signed or sent, because a key or the sender is not usable.
    pub unsignable: u32,
    /// Calls to the event bus that failed, and events that it refused for the third time or later.
    pub bus_failed: u32,
}

impl DeliveryReport {
    /// Returns what the run could not send or write, for reasons that are ours and not the receiver's.
    const fn stuck(&self) -> u32 {
        let of_endpoints = self.lost.saturating_add(self.unreadable).saturating_add(self.unsignable);
        of_endpoints.saturating_add(self.bus_failed)
    }
}

/// A run that has ended.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryRun {
    /// What it did.
    pub report: DeliveryReport,
    /// For how long the message that was due the longest had waited. Messages to an endpoint to which nothing is sent
    /// now do not count.
    pub overdue: SignedDuration,
}

impl DeliveryRun {
    /// Writes the metrics of the run.
    pub fn measure(&self) {
        gauge(Metric::WebhooksOverdue, self.overdue.as_secs());
        gauge(Metric::WebhooksStuck, self.report.stuck().into());
    }
}

/// A run that is going on.
pub(super) struct Run {
    pub(super) deadline: Deadline,
    /// Places for attempts.
    pub(super) places: Semaphore,
    /// Places for tasks that read what a workspace has to send.
    pub(super) readers: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    report: DeliveryReport,
    overdue: SignedDuration,
}

impl Run {
    pub(super) fn new(deadline: Deadline) -> Self {
        let (places, readers) = (Semaphore::new(AT_ONCE), Semaphore::new(READERS));
        Self { deadline, places, readers, state: Mutex::default() }
    }

    pub(super) fn has_time(&self) -> bool {
        self.deadline.left() > ROOM
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut DeliveryReport)) {
        add(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).report);
    }

    pub(super) fn ended(&self, state: DeliveryState) {
        self.count(|report| match state {
            DeliveryState::Delivered => report.delivered += 1,
            DeliveryState::Waiting => report.waiting += 1,
            DeliveryState::Failed => report.failed += 1,
            DeliveryState::Cancelled => report.cancelled += 1,
        });
    }

    /// Notes a message that is due since this time and was left.
    pub(super) fn left(&self, since: Timestamp, now: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.overdue = state.overdue.max(now.duration_since(since));
    }

    pub(super) fn result(&self) -> DeliveryRun {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        DeliveryRun { report: state.report, overdue: state.overdue }
    }
}
