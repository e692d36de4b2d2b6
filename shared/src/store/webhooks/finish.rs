//! Writes the result of an attempt: the delivery, its log and the health of the endpoint change together.

use std::time::Duration;

use jiff::Timestamp;
use webhooks::{Flow, Health, Next, Outcome};

use super::{
    claim::Claimed,
    delivery::{DeliveryLog, DeliveryState, KEPT, LastAttempt},
    endpoint::{WebhookEndpoint, endpoints},
    log::log_of,
};
use crate::{
    store::{
        error::StoreError,
        table::Store,
        write::{Failed, Write},
    },
    types::webhook::{DisabledBecause, EndpointState},
};

/// How many times a result is written while other results of the same endpoint are.
const TRIES: usize = 24;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 60;

/// What the result of an attempt led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The result is written.
    Done {
        /// How the delivery goes on, or ended.
        state: DeliveryState,
        /// The endpoint was disabled by this result.
        disabled: Option<DisabledBecause>,
    },
    /// The claim was not valid any more: another process sends the delivery again, or has.
    Lost,
}

/// What an attempt changes.
struct Consequences {
    health: Health,
    state: DeliveryState,
    next_at: Option<Timestamp>,
    disabled: Option<DisabledBecause>,
}

impl Consequences {
    fn of(endpoint: &WebhookEndpoint, outcome: &Outcome, next: Next, now: Timestamp) -> Self {
        let health = endpoint.health.after(outcome, now);
        let disabled = match (endpoint.state, next) {
            (EndpointState::Disabled, _) => None,
            (EndpointState::Enabled, Next::Disable) => Some(DisabledBecause::Gone),
            (EndpointState::Enabled, _) => (health.flow(now) == Flow::Disable).then_some(DisabledBecause::Failing),
        };
        let is_off = disabled.is_some() || endpoint.state == EndpointState::Disabled;
        let (state, next_at) = match next {
            Next::Done => (DeliveryState::Delivered, None),
            Next::Disable => (DeliveryState::Cancelled, None),
            Next::At(_) if is_off => (DeliveryState::Cancelled, None),
            Next::At(time) => (DeliveryState::Waiting, Some(time)),
            Next::GiveUp => (DeliveryState::Failed, None),
        };
        Self { health, state, next_at, disabled }
    }
}

impl Store {
    /// Writes the result of an attempt, if the claim is still valid. `next` is what the schedule decides about the
    /// message alone.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other results of the endpoint are written during every try.
    pub async fn finish_delivery(
        &self,
        claimed: &Claimed,
        outcome: &Outcome,
        (next, last): (Next, &LastAttempt),
    ) -> Result<Finished, StoreError> {
        let delivery = &claimed.delivery;
        for _ in 0..TRIES {
            let endpoint = self.find_webhook_endpoint(&delivery.workspace, delivery.endpoint_id).await?;
            let Some(endpoint) = endpoint else {
                // The endpoint was deleted.
                let taken = self.write(self.take_delivery(&claimed.place)).await?;
                let done = Finished::Done { state: DeliveryState::Cancelled, disabled: None };
                return Ok(if taken { done } else { Finished::Lost });
            };
            let consequences = Consequences::of(&endpoint, outcome, next, last.at);
            match self.transact(self.result_of(claimed, &endpoint, &consequences, last)?).await {
                Ok(()) => {
                    let Consequences { state, disabled, .. } = consequences;
                    return Ok(Finished::Done { state, disabled });
                }
                // The first write is that of the claim.
                Err(Failed { reasons, .. }) if reasons.first().is_some_and(|reason| reason == Failed::CONDITION) => {
                    return Ok(Finished::Lost);
                }
                Err(failed) if failed.is_lost_race() => {
                    tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
                }
                Err(failed) => return Err(failed.error),
            }
        }
        Err(StoreError::Contended)
    }

    fn result_of(
        &self,
        claimed: &Claimed,
        endpoint: &WebhookEndpoint,
        consequences: &Consequences,
        last: &LastAttempt,
    ) -> Result<Vec<Write>, StoreError> {
        let Consequences { health, state, next_at, disabled } = *consequences;
        let delivery = &claimed.delivery;
        let mut writes = vec![self.take_delivery(&claimed.place)];

        let mut set = "SET health = :health, revision = :next".to_owned();
        if disabled.is_some() {
            set.push_str(", #state = :state, disabled_because = :because");
        }
        let mut update =
            Write::update(&self.events, &endpoints(&endpoint.workspace), &set).at(&endpoint.id.to_string());
        update = update.only_if("revision = :seen").value(":seen", &endpoint.revision)?;
        update = update.value(":next", &endpoint.revision.saturating_add(1))?.value(":health", &health)?;
        if let Some(because) = disabled {
            update = update.name("state").value(":state", &EndpointState::Disabled)?.value(":because", &because)?;
            writes.push(self.announce_disabled(&endpoint.workspace, endpoint.id)?);
        }
        writes.push(update);

        let log = DeliveryLog {
            workspace: endpoint.workspace.clone(),
            state,
            attempts: delivery.attempts,
            last: last.clone(),
            next_at,
            expires_at: self.in_seconds(KEPT),
        };
        writes.push(Write::put(&self.events, &log_of(delivery.event.id), &log)?.at(&endpoint.id.to_string()));
        if let Some(next_at) = next_at {
            writes.push(self.put_delivery(delivery, next_at)?);
        }
        Ok(writes)
    }
}
