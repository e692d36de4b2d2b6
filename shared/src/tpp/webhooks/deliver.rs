//! A run of deliveries: numbers what has happened, and sends what is due.

use std::{convert::Infallible, sync::Arc};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use webhooks::Flow;

use crate::{
    store::WebhookEndpoint,
    tpp::webhooks::{
        error::WebhookError,
        queue::Queue,
        run::{DeliveryReport, DeliveryRun, Run},
        service::Webhooks,
    },
    types::{deadline::Deadline, webhook::EndpointState, workspace::Workspace},
};

/// How many of a run's attempts one workspace makes at the same time, so that others go on.
const OF_WORKSPACE: usize = 10;

impl Webhooks {
    /// Numbers the events of all workspaces that have receivers, and sends the messages that are due, until nothing is
    /// due or the deadline is near. Several runs may overlap.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be read for one of the workspaces. The others go on, and what
    /// was sent is written.
    pub async fn deliver(self: &Arc<Self>, deadline: Deadline) -> Result<DeliveryRun, WebhookError> {
        let run = Arc::new(Run::new(deadline));
        let (workspaces, unreadable) = self.store.workspaces_with_receivers().await?;
        run.count(|report| report.unreadable += unreadable);
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(self).run_clean_ups(Arc::clone(&run)));
        // Nothing is sent on this channel. It is closed when each workspace has dropped its sender.
        let (numbering, numbered) = mpsc::channel(1);
        for workspace in workspaces {
            tasks.spawn(Arc::clone(self).run_workspace(workspace, numbering.clone(), Arc::clone(&run)));
        }
        drop(numbering);
        tasks.spawn(Arc::clone(self).run_bus(numbered, Arc::clone(&run)));
        let failed = first_failure(tasks).await;
        let ended = run.result();
        if ended.report != DeliveryReport::default() {
            let DeliveryReport { delivered, waiting, failed, cancelled, .. } = ended.report;
            let DeliveryReport { lost, unreadable, unsignable, bus_failed, .. } = ended.report;
            tracing::info!(
                delivered,
                waiting,
                failed,
                cancelled,
                lost,
                unreadable,
                unsignable,
                bus_failed,
                "webhook: a run ended"
            );
        }
        failed.map_or(Ok(ended), Err)
    }

    /// Numbers the events of a workspace, and sends what is due to each of its endpoints.
    async fn run_workspace(
        self: Arc<Self>,
        workspace: Workspace,
        numbering: mpsc::Sender<Infallible>,
        run: Arc<Run>,
    ) -> Result<(), WebhookError> {
        let reader = run.readers.acquire().await.map_err(|_| WebhookError::Unusable)?;
        // What cannot be numbered keeps no message waiting that has a number.
        let numbered = self.number(&workspace, &run).await;
        drop(numbering);
        if let Err(error) = &numbered {
            tracing::error!(%error, %workspace, "webhook: events cannot be numbered");
        }
        let (endpoints, unreadable) = self.store.readable_webhook_endpoints(&workspace).await?;
        drop(reader);
        run.count(|report| report.unreadable += unreadable);
        let (mut tasks, places) = (JoinSet::new(), Arc::new(Semaphore::new(OF_WORKSPACE)));
        for endpoint in endpoints.into_iter().filter(|endpoint| self.is_open(endpoint)) {
            let queue = Queue { endpoint_id: endpoint.id, workspace: endpoint.workspace, places: Arc::clone(&places) };
            tasks.spawn(Arc::clone(&self).run_queue(queue, Arc::clone(&run)));
        }
        first_failure(tasks).await.map_or(numbered, Err)
    }

    /// Returns whether anything may be sent to an endpoint now. If not, its deliveries are not read.
    fn is_open(&self, endpoint: &WebhookEndpoint) -> bool {
        let is_paused = matches!(endpoint.health.flow(self.clock.now()), Flow::PausedUntil(_));
        endpoint.state == EndpointState::Enabled && !is_paused
    }

    /// Numbers the events of a workspace. What has no number when the time is over gets one in the next run.
    async fn number(&self, workspace: &Workspace, run: &Run) -> Result<(), WebhookError> {
        while run.has_time() {
            let numbering = self.store.number_events(workspace).await?;
            if numbering.is_whole {
                run.count(|report| report.unreadable += numbering.unreadable);
                break;
            }
        }
        Ok(())
    }
}

/// Waits for all tasks. Returns the first failure.
async fn first_failure(mut tasks: JoinSet<Result<(), WebhookError>>) -> Option<WebhookError> {
    let mut failure = None;
    while let Some(done) = tasks.join_next().await {
        let failed = match done {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error,
            Err(error) => {
                tracing::error!(%error, "webhook: a task ended");
                WebhookError::Unusable
            }
        };
        tracing::error!(error = %failed, "webhook: a part of a run failed");
        failure.get_or_insert(failed);
    }
    failure
}
