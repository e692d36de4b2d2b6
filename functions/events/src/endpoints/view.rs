//! The views of endpoints in answers.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    store::WebhookEndpoint,
    tpp::{Tested, WebhookCredential},
    types::{
        event::EventId,
        secret::Secret as _,
        webhook::{DisabledBecause, EndpointState, EventFilter, SignatureKind, WebhookEndpointId},
    },
};

/// An endpoint: where events are sent.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(crate) struct EndpointView {
    /// The id.
    #[schema(value_type = String, pattern = "^we_[0-9a-f]{32}$", example = "we_7c2f0e4c569e4b0d8f9d2f4a112f1c7a")]
    id: WebhookEndpointId,
    /// Where events are sent.
    #[schema(example = "https://shop.example/webhooks")]
    url: String,
    /// Which events are sent.
    #[schema(value_type = Vec<String>, example = json!(["connection.*"]))]
    types: Vec<EventFilter>,
    /// Your own text about it.
    #[schema(required, example = "Production")]
    description: Option<String>,
    state: EndpointState,
    /// Why no events are sent; null if they are.
    #[schema(required)]
    disabled_because: Option<DisabledBecause>,
    signature: SignatureKind,
    /// What the receiver verifies signatures with (`whpk_…`); null with `hmac`.
    #[schema(required)]
    public_key: Option<String>,
    /// The secret (`whsec_…`). Only the answer that created or replaced it contains it; it cannot be read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "whsec_…")]
    secret: Option<String>,
    /// Until when messages are also signed with the secret that was replaced.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    old_valid_until: Option<Timestamp>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When the receiver last accepted an event.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_success_at: Option<Timestamp>,
    /// Since when all attempts have failed; null if the last one succeeded.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    failing_since: Option<Timestamp>,
}

impl From<WebhookEndpoint> for EndpointView {
    fn from(endpoint: WebhookEndpoint) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url,
            types: endpoint.types,
            description: endpoint.description,
            state: endpoint.state,
            disabled_because: endpoint.disabled_because,
            signature: endpoint.signature,
            public_key: endpoint.public_key,
            secret: None,
            old_valid_until: endpoint.old_valid_until,
            created_at: endpoint.created_at,
            last_success_at: endpoint.health.last_success,
            failing_since: endpoint.health.failing_since,
        }
    }
}

impl EndpointView {
    /// Adds what the receiver needs. Only the answer that created or replaced a secret shows it.
    pub(crate) fn with_credential(self, credential: WebhookCredential) -> Self {
        match credential {
            WebhookCredential::Secret(secret) => Self { secret: Some(secret.expose().to_owned()), ..self },
            WebhookCredential::PublicKey(public_key) => Self { public_key: Some(public_key), ..self },
        }
    }
}

/// The endpoints of a workspace.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookEndpoints {
    /// The oldest first.
    pub(crate) endpoints: Vec<EndpointView>,
}

/// The result of a test.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct TestView {
    /// The `webhook-id` of the message.
    #[schema(value_type = String, pattern = "^evt_[0-9a-f]{32}$")]
    event_id: String,
    /// The status of the receiver's answer; null if there was none.
    #[schema(required, example = 204)]
    status: Option<u16>,
    /// How long the attempt took, in milliseconds.
    #[schema(minimum = 0, example = 87)]
    ms: u64,
    /// Why it failed: `timeout`, `dns`, `tls`, `refused_address`, `redirect`, `connection` or `status`; null if it did
    /// not.
    #[schema(required)]
    error: Option<String>,
}

impl From<Tested> for TestView {
    fn from(Tested { event_id, last }: Tested) -> Self {
        let event_id: EventId = event_id;
        Self { event_id: event_id.to_string(), status: last.status, ms: last.ms, error: last.error }
    }
}
