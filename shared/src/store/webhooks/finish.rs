//! Writes the result of an attempt: the delivery, its log and the health of the endpoint change together.

use std::time::Duration;

use jiff::Timestamp;
use webhooks::{Flow, Health, Next, Outcome};

use super::{
    claim::Claimed,
    delivery::Delivery,
    endpoint::{WebhookEndpoint, endpoints},
    log::{DeliveryState, LastAttempt},
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
    /// Returns what an attempt changes that was made at the endpoint `tried`, which is now stored as `endpoint`.
    fn of(
        (tried, endpoint): (&WebhookEndpoint, &WebhookEndpoint),
        outcome: &Outcome,
        next: Next,
        now: Timestamp,
    ) -> Self {
        if tried.url != endpoint.url {
            return Self::of_old_url(endpoint, next, now);
        }
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

    /// Returns what an attempt changes whose URL was changed meanwhile: it says nothing about the new URL, to which the
    /// message is sent at once if it failed.
    fn of_old_url(endpoint: &WebhookEndpoint, next: Next, now: Timestamp) -> Self {
        let (state, next_at) = match (endpoint.state, next) {
            (_, Next::Done) => (DeliveryState::Delivered, None),
            (_, Next::GiveUp) => (DeliveryState::Failed, None),
            (EndpointState::Disabled, Next::At(_) | Next::Disable) => (DeliveryState::Cancelled, None),
            (EndpointState::Enabled, Next::At(_) | Next::Disable) => (DeliveryState::Waiting, Some(now)),
        };
        Self { health: endpoint.health, state, next_at, disabled: None }
    }
}

impl Store {
    /// Writes the result of an attempt, if the claim is still valid. `tried` is the endpoint as it was read before the
    /// attempt. `next` is what the schedule decides about the message alone.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other results of the endpoint are written during every try.
    pub async fn finish_delivery(
        &self,
        (claimed, tried): (&Claimed, &WebhookEndpoint),
        outcome: &Outcome,
        (next, last): (Next, &LastAttempt),
    ) -> Result<Finished, StoreError> {
        let delivery = &claimed.delivery;
        for _ in 0..TRIES {
            let endpoint = self.find_webhook_endpoint(&delivery.workspace, delivery.endpoint_id).await?;
            let Some(endpoint) = endpoint else {
                return self.finish_deleted(claimed, outcome, last).await;
            };
            let consequences = Consequences::of((tried, &endpoint), outcome, next, last.at);
            match self.transact(self.result_of(claimed, &endpoint, &consequences, last)?).await {
                Ok(()) => {
                    let Consequences { state, disabled, .. } = consequences;
                    return Ok(Finished::Done { state, disabled });
                }
                // The first write is that of the claim.
                Err(Failed { reasons, .. }) if reasons.first().is_some_and(|reason| reason == Failed::CONDITION) => {
                    return Ok(Finished::Lost);
                }
                Err(failed) if failed.is_lost_race() || failed.is_passing() => {
                    tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
                }
                Err(failed) => return Err(failed.error),
            }
        }
        Err(StoreError::Contended)
    }

    /// Writes the result of an attempt whose endpoint was deleted meanwhile.
    async fn finish_deleted(
        &self,
        claimed: &Claimed,
        outcome: &Outcome,
        last: &LastAttempt,
    ) -> Result<Finished, StoreError> {
        let state = match outcome {
            Outcome::Delivered { .. } => DeliveryState::Delivered,
            Outcome::Gone | Outcome::Slow { .. } | Outcome::Failed(_) => DeliveryState::Cancelled,
        };
        let Claimed { delivery, place } = claimed;
        let writes = vec![self.take_delivery(delivery, place), self.log_attempt(delivery, (state, None), last)?];
        let is_written = self.write_all_patiently(writes).await?;
        Ok(if is_written { Finished::Done { state, disabled: None } } else { Finished::Lost })
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
        let mut writes = vec![self.take_delivery(delivery, &claimed.place)];

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
            writes.push(self.ask_clean_up(&endpoint.workspace, endpoint.id)?);
        }
        writes.push(update);

        writes.push(self.log_attempt(delivery, (state, next_at), last)?);
        if let Some(next_at) = next_at {
            let waiting = Delivery { is_claimed: false, ..delivery.clone() };
            writes.push(self.put_delivery(&waiting, next_at)?);
        }
        Ok(writes)
    }
}
