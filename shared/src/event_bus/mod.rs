//! The event bus of EventBridge that gets the events of all workspaces, if the deployment has one:
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>.

mod error;

use std::{fmt, sync::LazyLock};

use aws_sdk_eventbridge::{
    Client,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};

pub use error::EventBusError;

/// How many events one call sends at most. The sum of their sizes may be 1 MiB, and an event has less than 1 KiB.
pub const MOST_ENTRIES: usize = 10;
/// The source of our events, by which rules of the bus find them.
const SOURCE: &str = "bunq-tpp";

/// Makes the client at its first use, because one function uses it.
type MakeClient = Box<dyn FnOnce() -> Option<Client> + Send>;

/// An event as the bus gets it.
#[derive(Clone, Debug)]
pub struct BusEntry {
    /// The type of the event, which is its `detail-type` on the bus.
    pub event_type: String,
    /// The `detail`: a JSON object.
    pub detail: String,
}

/// What the bus answered to one event of a call. A call whose status is 200 can contain events that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusResult {
    /// The bus has the event.
    Accepted,
    /// The bus does not have the event. Holds the error code.
    Refused(String),
}

/// The event bus.
pub struct EventBus {
    name: String,
    client: LazyLock<Option<Client>, MakeClient>,
}

impl fmt::Debug for EventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventBus")
    }
}

impl EventBus {
    /// Returns access to the bus with this name or ARN. Sends no request.
    pub(crate) fn new(name: &str, make: impl FnOnce() -> Option<Client> + Send + 'static) -> Self {
        Self { name: name.to_owned(), client: LazyLock::new(Box::new(make)) }
    }

    /// Sends at most [`MOST_ENTRIES`] events. Returns what the bus answered to each, in their order.
    ///
    /// # Errors
    /// Returns [`EventBusError`] if the call failed as a whole. The bus may have the events all the same.
    pub async fn put(&self, entries: Vec<BusEntry>) -> Result<Vec<BusResult>, EventBusError> {
        let client = self.client.as_ref().ok_or_else(|| EventBusError("the client cannot start".to_owned()))?;
        let sent = entries.len();
        let entries = entries.into_iter().map(|BusEntry { event_type, detail }| {
            let entry = PutEventsRequestEntry::builder().event_bus_name(&self.name).source(SOURCE);
            entry.detail_type(event_type).detail(detail).build()
        });
        let answer = client.put_events().set_entries(Some(entries.collect())).send().await?;
        let results: Vec<_> = answer.entries().iter().map(result).collect();
        if results.len() == sent { Ok(results) } else { Err(EventBusError("another number of results".to_owned())) }
    }
}

fn result(entry: &PutEventsResultEntry) -> BusResult {
    match (entry.error_code(), entry.event_id()) {
        (None, Some(_)) => BusResult::Accepted,
        (Some(code), _) => BusResult::Refused(code.to_owned()),
        (None, None) => BusResult::Refused("a result without an id".to_owned()),
    }
}
