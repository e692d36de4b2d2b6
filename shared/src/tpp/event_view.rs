//! The parts of an event that readers of the feed and receivers of webhooks see alike.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    store::Event,
    types::{
        ids::{ConsentId, UserId},
        webhook::WebhookEndpointId,
    },
};

/// What an event concerns.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEventData)]
pub struct EventData {
    /// The customer; null if the event is not about one.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    pub user_id: Option<UserId>,
    /// The consent that connected the customer; null if the event is about something else.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    pub consent_id: Option<ConsentId>,
    /// Until when the consent is valid; null if the change ended it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Timestamp>,
    /// In how many days the consent expires: 30, 14, 7, 1, or 0 on the day itself; null if the event is about something
    /// else.
    #[schema(required, minimum = 0, example = 14)]
    pub days_left: Option<u8>,
    /// The endpoint that was disabled; null if the event is about something else.
    #[schema(value_type = Option<String>, required, pattern = "^we_[0-9a-f]{32}$")]
    pub endpoint_id: Option<WebhookEndpointId>,
}

impl From<&Event> for EventData {
    fn from(event: &Event) -> Self {
        let Event { user_id, consent_id, expires_at, days_left, endpoint_id, .. } = *event;
        Self { user_id, consent_id, expires_at, days_left, endpoint_id }
    }
}

/// The body of a message to a receiver. The id of the event is in the header `webhook-id`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EventBody<'a> {
    #[serde(rename = "type")]
    pub(super) event_type: &'a str,
    pub(super) timestamp: Timestamp,
    pub(super) data: EventData,
}

impl<'a> From<&'a Event> for EventBody<'a> {
    fn from(event: &'a Event) -> Self {
        Self { event_type: &event.event_type, timestamp: event.at, data: event.into() }
    }
}
