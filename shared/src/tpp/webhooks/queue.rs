//! The deliveries of one endpoint. Its health decides how many are sent at the same time.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinSet};
use webhooks::{Flow, MOST_ATTEMPTS, next_attempt};

use crate::{
    store::{Claimed, Due, Finished, LastAttempt, OpenedEndpoint, StoreError},
    telemetry::{Metric, count},
    tpp::{
        event_view::EventBody,
        webhooks::{error::WebhookError, run::Run, service::Webhooks},
    },
    types::{
        webhook::{EndpointState, WebhookEndpointId},
        workspace::Workspace,
    },
};

/// How many messages are sent to an endpoint at the same time.
const AT_ONCE: usize = 5;
/// The word for attempts that never had a result, because the process ended each time.
const LOST: &str = "lost";

/// The deliveries of one endpoint.
pub(super) struct Queue {
    pub(super) workspace: Workspace,
    pub(super) endpoint_id: WebhookEndpointId,
    /// Places for attempts, which all endpoints of the workspace share.
    pub(super) places: Arc<Semaphore>,
}

/// How far a run came with an endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is left that may be sent now.
    Drained,
    /// Something that is due is left.
    Left,
}

impl Webhooks {
    /// Sends the deliveries of one endpoint in the order of the times at which they are due, until the time is over.
    /// What another process has claimed, or could not be claimed, is left for the next run.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot say how long the messages have waited that are left.
    pub(super) async fn run_queue(self: Arc<Self>, queue: Queue, run: Arc<Run>) -> Result<(), WebhookError> {
        let endpoint_id = queue.endpoint_id;
        let end = self.send_queue(&Arc::new(queue), &run).await.unwrap_or_else(|error| {
            tracing::error!(%error, %endpoint_id, "webhook: a queue stopped");
            End::Left
        });
        match end {
            End::Drained => Ok(()),
            End::Left => self.note_left(endpoint_id, &run).await,
        }
    }

    /// Notes for how long the delivery has waited that is due the longest.
    pub(super) async fn note_left(&self, endpoint_id: WebhookEndpointId, run: &Run) -> Result<(), WebhookError> {
        let first = self.store.due_deliveries(endpoint_id, None).await?.due.into_iter().next();
        if let Some(since) = first.and_then(|due| due.since()) {
            run.left(since, self.clock.now());
        }
        Ok(())
    }

    async fn send_queue(self: &Arc<Self>, queue: &Arc<Queue>, run: &Arc<Run>) -> Result<End, WebhookError> {
        let (mut after, mut end) = (None::<String>, End::Drained);
        while run.has_time() {
            let page = self.store.due_deliveries(queue.endpoint_id, after.as_deref()).await?;
            run.count(|report| report.unreadable += page.unreadable);
            let Some(last) = page.last else { return Ok(end) };
            after = Some(last);
            let mut waiting = page.due.into_iter();
            while waiting.len() > 0 && run.has_time() {
                // Before each batch, because the last one, another process or the owner may have changed it.
                let Some(opened) = self.opened_to_send(queue, run).await? else { return Ok(End::Drained) };
                let batch = match opened.endpoint.health.flow(self.clock.now()) {
                    Flow::PausedUntil(_) => return Ok(End::Drained),
                    Flow::OneAtATime | Flow::Disable => 1,
                    Flow::Open => AT_ONCE,
                };
                let batch: Vec<_> = waiting.by_ref().take(batch).collect();
                if !self.send_batch(opened, batch, (queue, run)).await {
                    end = End::Left;
                }
            }
        }
        Ok(End::Left)
    }

    /// Returns the endpoint with what signs its messages, or `None` if nothing is sent to it any more.
    ///
    /// # Errors
    /// Returns [`WebhookError::Unusable`] or [`WebhookError::Tpp`] if its messages cannot be signed or sent, before one
    /// of them is claimed.
    async fn opened_to_send(&self, queue: &Queue, run: &Run) -> Result<Option<OpenedEndpoint>, WebhookError> {
        let unsignable = |error: WebhookError| {
            run.count(|report| report.unsignable += 1);
            error
        };
        let keys = self.keys().await.map_err(|error| unsignable(error.into()))?;
        let opened = match self.store.open_webhook_endpoint(&keys, &queue.workspace, queue.endpoint_id).await {
            Ok(opened) => opened,
            Err(error @ StoreError::Seal(_)) => return Err(unsignable(error.into())),
            Err(error) => return Err(error.into()),
        };
        let Some(opened) = opened.filter(|opened| opened.endpoint.state == EndpointState::Enabled) else {
            return Ok(None);
        };
        self.check_sendable(&opened).map_err(unsignable)?;
        Ok(Some(opened))
    }

    /// Sends messages to an endpoint at the same time. Returns `false` if one of them is left for a later run.
    async fn send_batch(
        self: &Arc<Self>,
        opened: OpenedEndpoint,
        batch: Vec<Due>,
        (queue, run): (&Arc<Queue>, &Arc<Run>),
    ) -> bool {
        let (opened, mut tasks, mut is_whole) = (Arc::new(opened), JoinSet::new(), true);
        for due in batch {
            let shared = (Arc::clone(&opened), Arc::clone(queue), Arc::clone(run));
            tasks.spawn(Arc::clone(self).send_due(due, shared));
        }
        while let Some(done) = tasks.join_next().await {
            let endpoint_id = queue.endpoint_id;
            match done {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => tracing::warn!(%error, %endpoint_id, "webhook: a delivery was not written"),
                Err(error) => tracing::error!(%error, %endpoint_id, "webhook: an attempt ended"),
            }
            is_whole = false;
            run.count(|report| report.lost += 1);
        }
        is_whole
    }

    /// Claims a delivery, makes one attempt, and writes the result. If the process ends in between, another one sends
    /// the message again, with the same id, when the claim has expired.
    async fn send_due(
        self: Arc<Self>,
        due: Due,
        (opened, queue, run): (Arc<OpenedEndpoint>, Arc<Queue>, Arc<Run>),
    ) -> Result<(), WebhookError> {
        // Before the claim, whose time would pass.
        let _of_workspace = queue.places.acquire().await.map_err(|_| WebhookError::Unusable)?;
        let _place = run.places.acquire().await.map_err(|_| WebhookError::Unusable)?;
        if !run.has_time() {
            return Ok(());
        }
        if due.delivery.attempts >= MOST_ATTEMPTS {
            return self.give_up(&due, &run).await;
        }
        let Some(claimed) = self.store.claim_delivery(&due).await? else { return Ok(()) };
        self.send_claimed(&claimed, &opened, &run).await
    }

    async fn send_claimed(&self, claimed: &Claimed, opened: &OpenedEndpoint, run: &Run) -> Result<(), WebhookError> {
        let event = &claimed.delivery.event;
        let (outcome, last) = self.attempt(opened, event.id, &EventBody::from(event)).await?;
        let attempt = claimed.delivery.attempts.try_into().map_err(|_| WebhookError::Unusable)?;
        let next = next_attempt(attempt, &outcome, last.at, rand::random());
        let finished = self.store.finish_delivery((claimed, &opened.endpoint), &outcome, (next, &last)).await?;
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

    /// Gives up a delivery whose last attempt had no result, so that one which ends the process is not sent for ever.
    async fn give_up(&self, due: &Due, run: &Run) -> Result<(), WebhookError> {
        let last = LastAttempt { at: self.clock.now(), status: None, ms: 0, error: Some(LOST.to_owned()) };
        if self.store.give_up_delivery(due, &last).await? {
            let (endpoint_id, event_id) = (due.delivery.endpoint_id, due.delivery.event.id);
            tracing::error!(%endpoint_id, %event_id, "webhook: a message was given up, because no attempt had a result");
            run.count(|report| {
                report.failed += 1;
                report.lost += 1;
            });
        }
        Ok(())
    }
}
