//! An event that is to be sent to an endpoint: the item that is due at a time.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::endpoint::WebhookEndpoint;
use crate::{
    store::{
        error::StoreError,
        events::{Event, sortable},
        table::Store,
        write::Write,
    },
    types::{event::EventNumber, webhook::WebhookEndpointId, workspace::Workspace},
};

/// How long a delivery and its log are kept.
pub(super) const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// An event that is to be sent to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The workspace.
    pub workspace: Workspace,
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// The number of the event in the feed.
    pub number: EventNumber,
    /// The number of attempts that were begun.
    pub attempts: u32,
    /// The event.
    pub event: Event,
    /// Random. An event that its owner asks for again can have several deliveries to an endpoint, which are due at the
    /// same time.
    pub(super) copy: u32,
    /// Whether a process is sending it, until the time at which it is due.
    pub(super) is_claimed: bool,
    /// For DynamoDB's TTL, in seconds.
    pub(super) expires_at: i64,
}

impl Delivery {
    /// Returns the sort key of the item that is due at this time.
    pub(super) fn place(&self, due: Timestamp) -> String {
        format!("{}#{}#{:08x}", sortable(due), self.event.id, self.copy)
    }
}

/// Returns the key of the deliveries to an endpoint.
pub(super) fn deliveries(endpoint_id: WebhookEndpointId) -> String {
    format!("DELIVERIES#{endpoint_id}")
}

impl Store {
    /// Returns the writes that add a delivery of a numbered event for each of these endpoints that wants it.
    pub(in crate::store) fn deliveries(
        &self,
        endpoints: &[WebhookEndpoint],
        event: &Event,
        number: EventNumber,
    ) -> Result<Vec<Write>, StoreError> {
        let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(&event.event_type, event.at));
        wanting.map(|endpoint| self.new_delivery((&endpoint.workspace, endpoint.id), number, event)).collect()
    }

    /// Returns the write that adds a delivery of an event, which is due now.
    pub(super) fn new_delivery(
        &self,
        (workspace, endpoint_id): (&Workspace, WebhookEndpointId),
        number: EventNumber,
        event: &Event,
    ) -> Result<Write, StoreError> {
        let delivery = Delivery {
            workspace: workspace.clone(),
            endpoint_id,
            number,
            attempts: 0,
            event: event.clone(),
            copy: rand::random(),
            is_claimed: false,
            expires_at: self.in_seconds(KEPT),
        };
        self.put_delivery(&delivery, self.clock.now())
    }

    /// Returns the write that adds a delivery that is due at this time.
    pub(super) fn put_delivery(&self, delivery: &Delivery, due: Timestamp) -> Result<Write, StoreError> {
        let pk = deliveries(delivery.endpoint_id);
        Ok(Write::put(&self.events, &pk, delivery)?.at(&delivery.place(due)))
    }

    /// Returns the write that deletes a delivery, on condition that it is still at this place.
    pub(super) fn take_delivery(&self, delivery: &Delivery, place: &str) -> Write {
        let pk = deliveries(delivery.endpoint_id);
        Write::delete(&self.events, &pk).at(place).only_if("attribute_exists(pk)")
    }
}
