//! The deliveries to the event bus, to which the events of all workspaces are sent. The bus belongs to the operator, so
//! it is not disabled if it fails: its deliveries wait, and metrics report it.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinSet};
use webhooks::{MOST_ATTEMPTS, retry_at};

use crate::{
    event_bus::{BusEntry, BusResult, EventBus, MOST_ENTRIES},
    store::{Claimed, Delivery, Due, StoreError},
    tpp::{
        event_view::BusDetail,
        webhooks::{
            error::WebhookError,
            queue::End,
            run::{DeliveryReport, Run},
            service::Webhooks,
        },
    },
    types::webhook::WebhookEndpointId,
};

/// How long the bus waits for the events of the run to be numbered. What is numbered later is sent by the next run.
const NUMBERED_WITHIN: Duration = Duration::from_secs(5);
/// From which attempt on the refusal of an event is a failure that the operator must know. An event that EventBridge
/// throttles is accepted earlier.
const NOT_PASSING: u32 = 3;
/// The deliveries to the bus.
const BUS: WebhookEndpointId = WebhookEndpointId::EVENT_BUS;

/// A delivery that this process is sending, as it was before the claim and as it is.
type Sending = (Due, Claimed);

impl Webhooks {
    /// Sends the deliveries to the event bus, if there is one, in the order of the times at which they are due, until
    /// the time is over or the bus fails. `numbered` ends when the events of all workspaces have numbers.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be read.
    pub(super) async fn run_bus(
        self: Arc<Self>,
        mut numbered: mpsc::Receiver<Infallible>,
        run: Arc<Run>,
    ) -> Result<(), WebhookError> {
        let Some(bus) = &self.bus else { return Ok(()) };
        let _ = tokio::time::timeout(NUMBERED_WITHIN, numbered.recv()).await;
        let end = self.send_all_to_bus(bus, &run).await.unwrap_or_else(|error| {
            tracing::error!(%error, "event bus: the queue stopped");
            End::Left
        });
        match end {
            End::Drained => Ok(()),
            End::Left => self.note_left(BUS, &run).await,
        }
    }

    async fn send_all_to_bus(self: &Arc<Self>, bus: &EventBus, run: &Arc<Run>) -> Result<End, WebhookError> {
        let (mut after, mut end) = (None::<String>, End::Drained);
        while run.has_time() {
            let page = self.store.due_deliveries(BUS, after.as_deref()).await?;
            run.count(|report| report.unreadable += page.unreadable);
            let Some(last) = page.last else { return Ok(end) };
            after = Some(last);
            let mut waiting = page.due.into_iter();
            while waiting.len() > 0 && run.has_time() {
                let (claimed, is_whole) = self.claim_for_bus(waiting.by_ref().take(MOST_ENTRIES), run).await;
                if !is_whole {
                    end = End::Left;
                }
                if !claimed.is_empty() && !self.send_to_bus(bus, claimed, run).await? {
                    return Ok(End::Left);
                }
            }
        }
        Ok(End::Left)
    }

    /// Claims deliveries. Gives up those none of whose attempts had a result. Also returns whether all others were
    /// claimed, by this process or another.
    async fn claim_for_bus(self: &Arc<Self>, waiting: impl Iterator<Item = Due>, run: &Run) -> (Vec<Sending>, bool) {
        let mut tasks = JoinSet::new();
        for due in waiting {
            let this = Arc::clone(self);
            tasks.spawn(async move {
                if due.delivery.attempts >= MOST_ATTEMPTS {
                    return Ok(this.store.give_up_bus_delivery(&due).await?.then_some((due, None)));
                }
                let claimed = this.store.claim_delivery(&due).await?;
                Ok::<_, StoreError>(claimed.map(|claimed| (due, Some(claimed))))
            });
        }
        let (mut sending, mut is_whole) = (Vec::new(), true);
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(Some((due, Some(claimed))))) => sending.push((due, claimed)),
                Ok(Ok(Some((due, None)))) => {
                    let event_id = due.delivery.event.id;
                    tracing::error!(%event_id, "event bus: an event was given up, because no attempt had a result");
                    run.count(|report| {
                        report.failed += 1;
                        report.lost += 1;
                    });
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "event bus: a delivery was not claimed");
                    is_whole = false;
                    run.count(|report| report.lost += 1);
                }
                Err(error) => {
                    tracing::error!(%error, "event bus: a task ended");
                    is_whole = false;
                    run.count(|report| report.lost += 1);
                }
            }
        }
        sending.sort_by_key(|(due, _)| due.since());
        (sending, is_whole)
    }

    /// Sends claimed deliveries in one call, and writes the results. If the process ends in between, another one sends
    /// them again, with the same ids, when the claims have expired. Returns `false` if the bus took none of them.
    ///
    /// # Errors
    /// Returns [`WebhookError::Unusable`] if an event cannot be written as JSON.
    async fn send_to_bus(
        self: &Arc<Self>,
        bus: &EventBus,
        sending: Vec<Sending>,
        run: &Arc<Run>,
    ) -> Result<bool, WebhookError> {
        let entries = sending.iter().map(|(_, claimed)| entry(&claimed.delivery)).collect::<Result<_, _>>()?;
        let results = match bus.put(entries).await {
            Ok(results) => results.into_iter().map(Some).collect(),
            Err(error) => {
                tracing::error!(%error, "event bus: a call failed");
                run.count(|report| report.bus_failed += 1);
                vec![None; sending.len()]
            }
        };
        let is_accepted = results.contains(&Some(BusResult::Accepted));
        let mut tasks = JoinSet::new();
        for (one, result) in sending.into_iter().zip(results) {
            let (this, run) = (Arc::clone(self), Arc::clone(run));
            tasks.spawn(async move { this.finish_bus(one, result, &run).await });
        }
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => tracing::warn!(%error, "event bus: a result was not written"),
                Err(error) => tracing::error!(%error, "event bus: a task ended"),
            }
            // It is sent again when the claim has expired.
            run.count(|report| report.lost += 1);
        }
        Ok(is_accepted)
    }

    /// Writes the result of one delivery: `None` if the call failed as a whole.
    async fn finish_bus(
        &self,
        (due, claimed): Sending,
        result: Option<BusResult>,
        run: &Run,
    ) -> Result<(), WebhookError> {
        let (event_id, made) = (claimed.delivery.event.id, claimed.delivery.attempts);
        let (is_written, counted): (bool, fn(&mut DeliveryReport)) = match result {
            None => (self.store.release_bus_delivery(&claimed, &due).await?, |_| {}),
            Some(BusResult::Accepted) => (self.store.end_bus_delivery(&claimed).await?, |report| report.delivered += 1),
            Some(BusResult::Refused(code)) => {
                tracing::warn!(%event_id, attempt = made, %code, "event bus: an event was refused");
                if made >= NOT_PASSING {
                    run.count(|report| report.bus_failed += 1);
                }
                let attempt = made.try_into().map_err(|_| WebhookError::Unusable)?;
                match retry_at(attempt, self.clock.now(), rand::random()) {
                    Some(at) => (self.store.retry_bus_delivery(&claimed, at).await?, |report| report.waiting += 1),
                    None => {
                        tracing::error!(%event_id, "event bus: an event was given up after its last attempt");
                        (self.store.end_bus_delivery(&claimed).await?, |report| report.failed += 1)
                    }
                }
            }
        };
        run.count(if is_written { counted } else { |report: &mut DeliveryReport| report.lost += 1 });
        Ok(())
    }
}

/// Returns an event as the bus gets it.
fn entry(delivery: &Delivery) -> Result<BusEntry, WebhookError> {
    let Delivery { workspace, event, .. } = delivery;
    let detail = serde_json::to_string(&BusDetail::new(workspace, event)).map_err(|_| WebhookError::Unusable)?;
    Ok(BusEntry { event_type: event.event_type.clone(), detail })
}
