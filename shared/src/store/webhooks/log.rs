//! The log of an event: the event itself, and how its deliveries go.

use serde::{Deserialize, Serialize};

use super::{delivery::DeliveryLog, endpoints::MOST_ENDPOINTS};
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
}
