//! The records of a delivery: the item that is due at a time, and the log that stays when it is done.

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

/// The key of all deliveries.
pub(super) const DELIVERIES: &str = "DELIVERIES";
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
    /// For DynamoDB's TTL, in seconds.
    pub(super) expires_at: i64,
}

impl Delivery {
    /// Returns the sort key of the item that is due at this time.
    pub(super) fn place(&self, due: Timestamp) -> String {
        format!("{}#{}#{}", sortable(due), self.endpoint_id, self.event.id)
    }
}

/// How a delivery goes, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookDeliveryState)]
pub enum DeliveryState {
    /// It is to be tried again.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// The last attempt failed.
    Failed,
    /// The endpoint is disabled.
    Cancelled,
}

/// The last attempt to send an event to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAttempt {
    /// When it ended.
    pub at: Timestamp,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub ms: u64,
    /// Why it failed, in a word of ours. Nothing of the answer's body is kept.
    pub error: Option<String>,
}

/// How the delivery of an event to an endpoint goes, or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryLog {
    /// The workspace of both.
    pub workspace: Workspace,
    /// How it goes.
    pub state: DeliveryState,
    /// The number of attempts.
    pub attempts: u32,
    /// The last attempt.
    pub last: LastAttempt,
    /// When the next attempt is due.
    pub next_at: Option<Timestamp>,
    /// For DynamoDB's TTL, in seconds.
    pub(super) expires_at: i64,
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
        wanting
            .map(|endpoint| {
                let delivery = Delivery {
                    workspace: endpoint.workspace.clone(),
                    endpoint_id: endpoint.id,
                    number,
                    attempts: 0,
                    event: event.clone(),
                    expires_at: self.in_seconds(KEPT),
                };
                self.put_delivery(&delivery, self.clock.now())
            })
            .collect()
    }

    /// Returns the write that adds a delivery that is due at this time.
    pub(super) fn put_delivery(&self, delivery: &Delivery, due: Timestamp) -> Result<Write, StoreError> {
        Ok(Write::put(&self.events, DELIVERIES, delivery)?.at(&delivery.place(due)))
    }
}
