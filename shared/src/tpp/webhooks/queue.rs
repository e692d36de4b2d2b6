//! The deliveries of one endpoint. Its health decides how many are sent at the same time.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::task::JoinSet;
use webhooks::{Flow, next_attempt};

use crate::{
    store::{Due, Finished, OpenedEndpoint, StoreError},
    telemetry::{Metric, count},
    tpp::{
        error::TppError,
        event_view::EventBody,
        webhooks::{deliver::Run, error::WebhookError, service::Webhooks},
    },
    types::webhook::EndpointState,
};

/// How many messages are sent to an endpoint at the same time.
const AT_ONCE: usize = 5;
/// How long messages wait while an endpoint that fails is tested with one of them.
const AFTER_A_TEST: Duration = Duration::from_secs(60);
/// How long messages wait if they cannot be signed.
const UNTIL_REPAIRED: Duration = Duration::from_secs(600);

impl Webhooks {
    /// Sends the deliveries of one endpoint, until the time is over.
    pub(super) async fn run_queue(self: Arc<Self>, queue: Vec<Due>, run: Arc<Run>) {
        let endpoint_id = queue.first().map(|due| due.delivery.endpoint_id.to_string());
        if let Err(error) = self.send_queue(queue, &run).await {
            tracing::error!(%error, endpoint_id, "webhook: a queue stopped");
        }
    }

    async fn send_queue(self: &Arc<Self>, mut queue: Vec<Due>, run: &Arc<Run>) -> Result<(), WebhookError> {
        let keys = self.keys().await?;
        let mut was_tested = false;
        while let Some(first) = queue.first().filter(|_| run.has_time()) {
            let (workspace, id) = (&first.delivery.workspace, first.delivery.endpoint_id);
            let opened = match self.store.open_webhook_endpoint(&keys, workspace, id).await {
                Err(error @ (StoreError::Seal(_) | StoreError::Undecodable)) => {
                    self.postpone(&queue, UNTIL_REPAIRED, run).await?;
                    return Err(error.into());
                }
                opened => opened?,
            };
            let enabled = opened.filter(|opened| opened.endpoint.state == EndpointState::Enabled);
            let Some(opened) = enabled else { return self.cancel(&queue, run).await };
            let now = self.clock.now();
            let batch = match opened.endpoint.health.flow(now) {
                Flow::PausedUntil(until) => {
                    self.store.postpone_deliveries(&queue, until).await?;
                    run.count(|report| report.postponed += len(&queue));
                    return Ok(());
                }
                Flow::OneAtATime | Flow::Disable if was_tested => {
                    return self.postpone(&queue, AFTER_A_TEST, run).await;
                }
                Flow::OneAtATime | Flow::Disable => {
                    was_tested = true;
                    1
                }
                Flow::Open => AT_ONCE,
            };
            let (opened, mut tasks) = (Arc::new(opened), JoinSet::new());
            for due in queue.drain(..batch.min(queue.len())) {
                tasks.spawn(Arc::clone(self).send_due(Arc::clone(&opened), due, Arc::clone(run)));
            }
            while let Some(done) = tasks.join_next().await {
                match done {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        run.count(|report| report.lost += 1);
                        tracing::warn!(%error, endpoint_id = %id, "webhook: a result was not written");
                    }
                    Err(error) => tracing::error!(%error, endpoint_id = %id, "webhook: an attempt ended"),
                }
            }
        }
        Ok(())
    }

    /// Claims a delivery, makes one attempt, and writes the result. If the process ends in between, another one sends
    /// the message again, with the same id, when the claim has expired.
    async fn send_due(
        self: Arc<Self>,
        opened: Arc<OpenedEndpoint>,
        due: Due,
        run: Arc<Run>,
    ) -> Result<(), WebhookError> {
        // Before the claim, whose time would pass.
        let _place = run.places.acquire().await.map_err(|_| WebhookError::Unusable)?;
        if !run.has_time() {
            return Ok(());
        }
        let Some(claimed) = self.store.claim_delivery(&due).await? else { return Ok(()) };
        let event = &claimed.delivery.event;
        let (outcome, last) = self.attempt(&opened, event.id, &EventBody::from(event)).await?;
        let attempt = claimed.delivery.attempts.try_into().map_err(|_| WebhookError::Unusable)?;
        let next = next_attempt(attempt, &outcome, last.at, rand::random());
        let finished = self.store.finish_delivery(&claimed, &outcome, (next, &last)).await?;
        let (endpoint_id, event_id) = (claimed.delivery.endpoint_id, event.id);
        let (status, ms, error) = (last.status, last.ms, last.error.as_deref());
        tracing::info!(%endpoint_id, %event_id, attempt, status, ms, error, ?finished, "webhook: an attempt");
        match finished {
            Finished::Done { state, disabled } => {
                run.ended(state);
                if let Some(because) = disabled {
                    count(Metric::WebhooksDisabled);
                    tracing::warn!(%endpoint_id, %because, "webhook: the endpoint was disabled");
                }
            }
            Finished::Lost => run.count(|report| report.lost += 1),
        }
        Ok(())
    }

    async fn cancel(&self, queue: &[Due], run: &Run) -> Result<(), WebhookError> {
        for due in queue {
            self.store.drop_delivery(due).await?;
            run.count(|report| report.cancelled += 1);
        }
        Ok(())
    }

    async fn postpone(&self, queue: &[Due], wait: Duration, run: &Run) -> Result<(), WebhookError> {
        let until = self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        self.store.postpone_deliveries(queue, until).await.map_err(TppError::from)?;
        run.count(|report| report.postponed += len(queue));
        Ok(())
    }
}

fn len(queue: &[Due]) -> u32 {
    u32::try_from(queue.len()).unwrap_or(u32::MAX)
}
