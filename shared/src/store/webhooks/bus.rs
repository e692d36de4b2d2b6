//! Deliveries to the event bus. They are claimed like those to endpoints. They have no log: the bus belongs to the
//! operator, and the log to the owner of a workspace.

use jiff::{SignedDuration, Timestamp};

use super::{
    claim::{Claimed, Due},
    delivery::Delivery,
};
use crate::{
    store::{error::StoreError, events::Event, table::Store, write::Write},
    types::{event::EventNumber, webhook::WebhookEndpointId, workspace::Workspace},
};

/// How old an event may be that the bus gets. A workspace without receivers can have events that waited for a number
/// for months, when the bus is switched on.
const OLDEST: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Store {
    /// Returns the write that adds a delivery of a numbered event to the event bus, if there is one.
    pub(in crate::store) fn bus_delivery(
        &self,
        workspace: &Workspace,
        event: &Event,
        number: EventNumber,
    ) -> Result<Option<Write>, StoreError> {
        let is_wanted = self.has_event_bus && self.clock.now().duration_since(event.at) <= OLDEST;
        is_wanted.then(|| self.new_delivery((workspace, WebhookEndpointId::EVENT_BUS), number, event)).transpose()
    }

    /// Ends a delivery that the bus has accepted, or that has no attempt left. Returns `false` if the claim was not
    /// valid any more: another process sends it again, or has.
    pub async fn end_bus_delivery(&self, Claimed { delivery, place }: &Claimed) -> Result<bool, StoreError> {
        self.write_all_patiently(vec![self.take_delivery(delivery, place)]).await
    }

    /// Ends a delivery none of whose attempts had a result. Returns `false` if another process has claimed it.
    pub async fn give_up_bus_delivery(&self, Due { delivery, place }: &Due) -> Result<bool, StoreError> {
        self.write_all_patiently(vec![self.take_delivery(delivery, place)]).await
    }

    /// Moves a delivery that the bus has refused to the time of the next attempt. Returns `false` if the claim was not
    /// valid any more.
    pub async fn retry_bus_delivery(&self, claimed: &Claimed, at: Timestamp) -> Result<bool, StoreError> {
        let waiting = Delivery { is_claimed: false, ..claimed.delivery.clone() };
        self.move_delivery(claimed, &waiting, at).await
    }

    /// Moves a delivery back to where it was before the claim, because the call failed as a whole. That is no attempt
    /// of the delivery. Returns `false` if the claim was not valid any more.
    pub async fn release_bus_delivery(&self, claimed: &Claimed, due: &Due) -> Result<bool, StoreError> {
        let waiting = Delivery { is_claimed: false, ..due.delivery.clone() };
        self.move_delivery(claimed, &waiting, due.since().ok_or(StoreError::Undecodable)?).await
    }

    async fn move_delivery(&self, claimed: &Claimed, to: &Delivery, at: Timestamp) -> Result<bool, StoreError> {
        let writes = vec![self.take_delivery(&claimed.delivery, &claimed.place), self.put_delivery(to, at)?];
        self.write_all_patiently(writes).await
    }
}
