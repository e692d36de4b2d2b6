//! A run of deliveries: numbers what has happened, and sends what is due.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use serde::Serialize;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    store::{DeliveryState, Due},
    telemetry::{Metric, gauge},
    tpp::webhooks::{error::WebhookError, service::Webhooks},
    types::{deadline::Deadline, workspace::Workspace},
};

/// No attempt is begun if less time is left: it takes 15 seconds at most, and its result a few more.
pub(super) const ROOM: Duration = Duration::from_secs(22);
/// How many attempts a process makes at the same time.
const AT_ONCE: usize = 40;
/// How many deliveries of one endpoint are looked at in one round.
const OF_ENDPOINT: usize = 100;
/// How many deliveries are read in one round.
const OF_ROUND: usize = 2000;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Messages that receivers have.
    pub delivered: u32,
    /// Attempts that failed and are made again later.
    pub waiting: u32,
    /// Messages that were given up, because their last attempt failed.
    pub failed: u32,
    /// Messages whose endpoint is disabled or deleted.
    pub cancelled: u32,
    /// Messages that were moved to a later time without an attempt.
    pub postponed: u32,
    /// Attempts whose result was not written. They are made again.
    pub lost: u32,
}

/// A run, which its queues share.
pub(super) struct Run {
    pub(super) deadline: Deadline,
    pub(super) places: Semaphore,
    report: Mutex<DeliveryReport>,
}

impl Run {
    fn new(deadline: Deadline) -> Self {
        Self { deadline, places: Semaphore::new(AT_ONCE), report: Mutex::default() }
    }

    pub(super) fn has_time(&self) -> bool {
        self.deadline.left() > ROOM
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut DeliveryReport)) {
        add(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn ended(&self, state: DeliveryState) {
        self.count(|report| match state {
            DeliveryState::Delivered => report.delivered += 1,
            DeliveryState::Waiting => report.waiting += 1,
            DeliveryState::Failed => report.failed += 1,
            DeliveryState::Cancelled => report.cancelled += 1,
        });
    }

    fn report(&self) -> DeliveryReport {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Webhooks {
    /// Numbers the events of all workspaces that have endpoints, and sends the messages that are due, until nothing is
    /// due or the deadline is near. Several runs may overlap.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be read. What was sent until then is written.
    pub async fn deliver(self: &Arc<Self>, deadline: Deadline) -> Result<DeliveryReport, WebhookError> {
        let run = Arc::new(Run::new(deadline));
        for workspace in self.store.workspaces_with_endpoints().await? {
            // A workspace whose events cannot be numbered keeps no other waiting.
            if let Err(error) = self.number(&workspace, &run).await {
                tracing::error!(%error, %workspace, "webhook: events cannot be numbered");
            }
        }
        let mut before = DeliveryReport::default();
        while run.has_time() {
            let queues = self.queues().await?;
            if queues.is_empty() {
                break;
            }
            let mut tasks = JoinSet::new();
            for queue in queues.into_values() {
                tasks.spawn(Arc::clone(self).run_queue(queue, Arc::clone(&run)));
            }
            while let Some(done) = tasks.join_next().await {
                if let Err(error) = done {
                    tracing::error!(%error, "webhook: a queue ended");
                }
            }
            // What is still due belongs to another process, or cannot be sent.
            let after = DeliveryReport { lost: 0, ..run.report() };
            if after == before {
                break;
            }
            before = after;
        }
        let report = run.report();
        if report != DeliveryReport::default() {
            let DeliveryReport { delivered, waiting, failed, cancelled, postponed, lost } = report;
            tracing::info!(delivered, waiting, failed, cancelled, postponed, lost, "webhook: a run ended");
        }
        Ok(report)
    }

    /// Writes the metric of how long the delivery has waited that is due the longest.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be read.
    pub async fn measure(&self) -> Result<(), WebhookError> {
        let due = self.store.due_deliveries(None).await?;
        let now = self.clock.now();
        let waited = due.first().and_then(Due::since).map_or(SignedDuration::ZERO, |since| now.duration_since(since));
        gauge(Metric::WebhooksOverdue, waited.as_secs());
        Ok(())
    }

    /// Numbers the events of a workspace. What has no number when the time is over gets one in the next run.
    async fn number(&self, workspace: &Workspace, run: &Run) -> Result<(), WebhookError> {
        while run.has_time() && !self.store.number_events(workspace).await? {}
        Ok(())
    }

    /// Returns the deliveries that are due, by endpoint, the earliest first. An endpoint with very many does not keep
    /// others waiting: only its first ones are returned.
    async fn queues(&self) -> Result<BTreeMap<String, Vec<Due>>, WebhookError> {
        let (mut queues, mut read) = (BTreeMap::<String, Vec<Due>>::new(), 0);
        let mut last = None;
        while read < OF_ROUND {
            let page = self.store.due_deliveries(last.as_ref()).await?;
            let Some(end) = page.last() else { break };
            (last, read) = (Some(end.clone()), read + page.len());
            for due in page {
                let queue = queues.entry(due.delivery.endpoint_id.to_string()).or_default();
                if queue.len() < OF_ENDPOINT {
                    queue.push(due);
                }
            }
        }
        Ok(queues)
    }
}
