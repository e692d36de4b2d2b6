//! The log of an event: the event itself, and how its deliveries go.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    delivery::{Delivery, KEPT},
    endpoints::MOST_ENDPOINTS,
};
use crate::{
    store::{error::StoreError, events::Event, item::from_item, page::attribute, table::Store, write::Write},
    types::{
        event::{EventId, EventNumber},
        webhook::WebhookEndpointId,
        workspace::Workspace,
    },
};

/// The sort key of the item with the event.
const EVENT: &str = "event";

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
    /// The endpoint is disabled or deleted.
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
    /// The last attempt. `None` if none has ended.
    pub last: Option<LastAttempt>,
    /// When the next attempt is due.
    pub next_at: Option<Timestamp>,
    /// For DynamoDB's TTL, in seconds.
    pub(super) expires_at: i64,
}

/// An event, and its deliveries of which an attempt has ended.
#[derive(Clone, Debug)]
pub struct EventLog {
    /// The event.
    pub event: Event,
    /// Its number in the feed.
    pub number: EventNumber,
    /// How each delivery goes, by the id of its endpoint. An endpoint may have been deleted since.
    pub deliveries: Vec<(WebhookEndpointId, DeliveryLog)>,
}

/// The item with the event.
#[derive(Serialize, Deserialize)]
struct Logged {
    workspace: Workspace,
    number: EventNumber,
    event: Event,
    /// For DynamoDB's TTL, in seconds.
    expires_at: i64,
}

/// Returns the key of the log of an event.
pub(super) fn log_of(id: EventId) -> String {
    format!("LOG#{id}")
}

impl Store {
    /// Returns the write that begins the log of an event that gets a number.
    pub(in crate::store) fn begin_log(
        &self,
        workspace: &Workspace,
        event: &Event,
        number: EventNumber,
        expires_at: i64,
    ) -> Result<Write, StoreError> {
        let logged = Logged { workspace: workspace.clone(), number, event: event.clone(), expires_at };
        Ok(Write::put(&self.events, &log_of(event.id), &logged)?.at(EVENT))
    }

    /// Returns an event with its deliveries, with a consistent read. Returns `None` if the workspace has no such event:
    /// it has no number yet, or was erased 30 days after it got one.
    pub async fn find_event_log(&self, workspace: &Workspace, id: EventId) -> Result<Option<EventLog>, StoreError> {
        let range = (EVENT.to_owned(), "we_~".to_owned());
        // An endpoint that was deleted keeps its delivery, so there may be more of them than endpoints.
        let items = self.query_events(&log_of(id), range, i32::from(MOST_ENDPOINTS) * 5).await?;
        let (mut found, mut deliveries) = (None, Vec::new());
        for item in items {
            if attribute(&item, "sk")? == EVENT {
                let Logged { workspace: its, number, event, .. } = from_item(item)?;
                found = (its == *workspace).then_some((event, number));
            } else {
                let endpoint = attribute(&item, "sk")?.parse().map_err(|_| StoreError::Undecodable)?;
                deliveries.push((endpoint, from_item(item)?));
            }
        }
        Ok(found.map(|(event, number)| EventLog { event, number, deliveries }))
    }

    /// Returns the write that logs an attempt, and how the delivery goes on or ended.
    pub(super) fn log_attempt(
        &self,
        delivery: &Delivery,
        (state, next_at): (DeliveryState, Option<Timestamp>),
        last: &LastAttempt,
    ) -> Result<Write, StoreError> {
        let log = DeliveryLog {
            workspace: delivery.workspace.clone(),
            state,
            attempts: delivery.attempts,
            last: Some(last.clone()),
            next_at,
            expires_at: self.in_seconds(KEPT),
        };
        Ok(Write::put(&self.events, &log_of(delivery.event.id), &log)?.at(&delivery.endpoint_id.to_string()))
    }
}
