//! The endpoints of webhooks: to which URL of the owner's application events are sent, and which ones.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{event::EventType, ids::PathParameter, text_form::stored_as_text};

/// The text is not the id of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an endpoint's id as the list returned it, such as we_7c2f0e4c569e4b0d8f9d2f4a112f1c7a")]
pub struct WebhookEndpointIdError;

/// The id of an endpoint: `we_` and 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookEndpointId(Uuid);

impl WebhookEndpointId {
    /// The form of the id, as a regular expression.
    pub const PATTERN: &str = "^we_[0-9a-f]{32}$";
    const PREFIX: &str = "we_";
    /// Stands for the event bus of the deployment where deliveries need the id of an endpoint. No random id equals it,
    /// and no workspace has an endpoint with this id.
    pub const EVENT_BUS: Self = Self(Uuid::nil());

    /// Returns a new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl PathParameter for WebhookEndpointId {
    const NAME: &'static str = "endpoint_id";
}

impl fmt::Display for WebhookEndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0.as_simple())
    }
}

impl FromStr for WebhookEndpointId {
    type Err = WebhookEndpointIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.strip_prefix(Self::PREFIX).and_then(|digits| Uuid::try_parse(digits).ok()).map(Self);
        // `try_parse` also accepts hyphens and capitals.
        id.filter(|id| id.to_string() == text).ok_or(WebhookEndpointIdError)
    }
}

impl Serialize for WebhookEndpointId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WebhookEndpointId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The text selects no types of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the type of an event, such as connection.created, or a group such as transaction.*, or *")]
pub struct EventFilterError;

/// Selects types of events: one type by its name, a group such as `connection.*`, or `*` for all, also those that a
/// later version adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter(String);

impl EventFilter {
    /// The maximum number of filters of an endpoint.
    pub const MOST: usize = 30;

    /// Returns whether the filter selects this type.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(group) => event_type.starts_with(group),
            None => self.0 == event_type,
        }
    }
}

impl FromStr for EventFilter {
    type Err = EventFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_group = text.strip_suffix(".*").is_some_and(|group| {
            let of_group = |event_type: &EventType| event_type.as_str().split('.').next() == Some(group);
            EventType::ALL.iter().any(of_group)
        });
        let is_known = text == "*" || is_group || text.parse::<EventType>().is_ok();
        is_known.then(|| Self(text.to_owned())).ok_or(EventFilterError)
    }
}

stored_as_text!(EventFilter);

bunq_client::words! {
    /// Whether events are sent to an endpoint.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    EndpointState, EndpointWordError = EndpointWordError("must be enabled or disabled");
    /// Events are sent.
    Enabled = "enabled",
    /// Events are not sent. Those of this time are not sent later, either.
    Disabled = "disabled",
}

bunq_client::words! {
    /// Why an endpoint is disabled.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    DisabledBecause, EndpointWordError = EndpointWordError("must be the reason why an endpoint is disabled");
    /// A request disabled it.
    Requested = "requested",
    /// It answered 410 Gone.
    Gone = "gone",
    /// All attempts of five days failed.
    Failing = "failing",
}

bunq_client::words! {
    /// How the messages to an endpoint are signed.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    SignatureKind, EndpointWordError = EndpointWordError("must be hmac or ed25519");
    /// HMAC-SHA256 with a secret that both sides have (`v1`).
    Hmac = "hmac",
    /// ed25519: the receiver has the public key only (`v1a`).
    Ed25519 = "ed25519",
}

/// The text is none of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointWordError(&'static str);
