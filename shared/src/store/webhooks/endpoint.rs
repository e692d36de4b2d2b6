//! The record of an endpoint.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use webhooks::Health;

use crate::types::{
    secret::WebhookSecret,
    text::Text,
    webhook::{DisabledBecause, EndpointState, EventFilter, SignatureKind, WebhookEndpointId},
    workspace::Workspace,
};

/// How far the clocks of the writers of an event and of an endpoint may differ.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

/// Where events of a workspace are sent, without the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// The id.
    pub id: WebhookEndpointId,
    /// The workspace.
    pub workspace: Workspace,
    /// The URL of the receiver, normalized. It was checked when it was stored; the sender checks it again.
    pub url: String,
    /// Which types of events are sent.
    pub types: Vec<EventFilter>,
    /// The owner's own text about it.
    pub description: Option<String>,
    /// How messages are signed.
    pub signature: SignatureKind,
    /// The public half of the private key that signs, if there is one.
    pub public_key: Option<String>,
    /// Whether events are sent.
    pub state: EndpointState,
    /// Why no events are sent.
    pub disabled_because: Option<DisabledBecause>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Until when messages are also signed with the secret that was replaced.
    pub old_valid_until: Option<Timestamp>,
    /// How well the receiver does.
    pub health: Health,
    /// Changes with every change of `health` and `state`, as a condition of the next one.
    pub revision: u64,
}

impl WebhookEndpoint {
    /// Returns whether the endpoint gets an event of this type and time. It gets no events that happened before it was
    /// created, which may have waited for a number for months.
    #[must_use]
    pub fn wants(&self, event_type: &str, at: Timestamp) -> bool {
        let is_later = at.saturating_add(TOLERANCE).is_ok_and(|at| at >= self.created_at);
        let is_wanted = self.types.iter().any(|filter| filter.matches(event_type));
        self.state == EndpointState::Enabled && is_later && is_wanted
    }
}

/// An endpoint that is to be created.
#[derive(Debug)]
pub struct NewWebhookEndpoint {
    /// The workspace.
    pub workspace: Workspace,
    /// The URL of the receiver.
    pub url: String,
    /// Which types of events are sent.
    pub types: Vec<EventFilter>,
    /// The owner's own text about it.
    pub description: Option<Text<0, 200>>,
    /// How messages are signed.
    pub signature: SignatureKind,
    /// What signs the messages.
    pub secret: WebhookSecret,
    /// The public half of `secret`, if it is a private key.
    pub public_key: Option<String>,
}

/// What the owner changes of an endpoint. `None` stays as it is.
#[derive(Debug, Default)]
pub struct WebhookChange {
    /// The URL of the receiver. The health of an endpoint with another URL is that of a new one.
    pub url: Option<String>,
    /// Which types of events are sent.
    pub types: Option<Vec<EventFilter>>,
    /// The owner's own text about it. An empty text removes it.
    pub description: Option<Text<0, 200>>,
    /// Whether events are sent. The health of an endpoint that is enabled again is that of a new one.
    pub state: Option<EndpointState>,
}

/// Returns the key of a workspace's endpoints.
pub(in crate::store) fn endpoints(workspace: &Workspace) -> String {
    format!("ENDPOINTS#{workspace}")
}
