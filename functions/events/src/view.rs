//! The views of events in answers.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    store::{Event, EventPage},
    tpp::EventData,
    types::event::EventType,
};

/// A page of events.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEvents)]
pub(crate) struct EventsView {
    /// The oldest first.
    events: Vec<EventView>,
    /// The `after` of the next request, also if there are no events. Store it together with what you did for these.
    #[schema(pattern = "^(0|[0-9]{1,15}-[0-9a-f]{8})$", example = "42-1a2b3c4d")]
    next_cursor: String,
    /// Whether there are more events now.
    has_more: bool,
    /// How many events between `after` and `next_cursor` were erased before they were read. If it is not 0, compare
    /// your customers with `GET /users`.
    #[schema(minimum = 0, example = 0)]
    missed: u64,
}

/// What changed. An event has ids and times only: read the object for its present state.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct EventView {
    /// The id of the event. Process each id once.
    #[schema(pattern = "^evt_[0-9a-f]{32}$", example = "evt_7c2f0e4c569e4b0d8f9d2f4a112f1c7a")]
    id: String,
    /// What changed. Ignore types that you do not know: there will be more.
    #[serde(rename = "type")]
    #[schema(value_type = EventType)]
    event_type: String,
    /// When it changed.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// What it concerns.
    data: EventData,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let data = EventData::from(&event);
        Self { id: event.id.to_string(), event_type: event.event_type, timestamp: event.at, data }
    }
}

impl From<EventPage> for EventsView {
    fn from(page: EventPage) -> Self {
        let EventPage { events, next, has_more, missed } = page;
        let events = events.into_iter().map(EventView::from).collect();
        Self { events, next_cursor: next.to_string(), has_more, missed }
    }
}

/// What is sent again.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookReplay)]
pub(crate) struct ReplayView {
    /// How many events are sent.
    #[schema(minimum = 0, example = 132)]
    pub(crate) events: usize,
}
