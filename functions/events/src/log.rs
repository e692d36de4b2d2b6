//! `/webhook-events/{event_id}`: an event with its deliveries, which can be made again.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    body,
    http::prelude::*,
    store::{DeliveryLog, DeliveryState, EventLog, LastAttempt},
    types::{event::EventId, webhook::WebhookEndpointId},
};

use crate::view::{EventView, ReplayView};

/// An event, and how its deliveries go.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEventLog)]
pub(crate) struct EventLogView {
    /// The event.
    event: EventView,
    /// The deliveries of which an attempt has ended, or that were cancelled: one for each endpoint.
    deliveries: Vec<DeliveryView>,
}

/// How the delivery of an event to an endpoint goes, or ended.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookDelivery)]
struct DeliveryView {
    /// The endpoint. It may have been deleted since.
    #[schema(value_type = String, pattern = "^we_[0-9a-f]{32}$")]
    endpoint_id: WebhookEndpointId,
    state: DeliveryState,
    /// The number of attempts.
    #[schema(minimum = 0, example = 1)]
    attempts: u32,
    /// When the next attempt is due; null if there is none.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_attempt_at: Option<Timestamp>,
    /// The last attempt; null if none has ended.
    #[schema(required)]
    last_attempt: Option<AttemptView>,
}

/// An attempt to send an event.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = WebhookAttempt)]
struct AttemptView {
    /// When it ended.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The status of the receiver's answer; null if there was none.
    #[schema(required, example = 204)]
    status: Option<u16>,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0, example = 87)]
    ms: u64,
    /// Why it failed: `timeout`, `dns`, `tls`, `refused_address`, `redirect`, `connection` or `status`; `lost` if no
    /// attempt had a result, because the process ended each time; null if it did not fail.
    #[schema(required)]
    error: Option<String>,
}

impl From<(WebhookEndpointId, DeliveryLog)> for DeliveryView {
    fn from((endpoint_id, log): (WebhookEndpointId, DeliveryLog)) -> Self {
        let DeliveryLog { state, attempts, last, next_at, .. } = log;
        let last_attempt = last.map(|LastAttempt { at, status, ms, error }| AttemptView { at, status, ms, error });
        Self { endpoint_id, state, attempts, next_attempt_at: next_at, last_attempt }
    }
}

impl From<EventLog> for EventLogView {
    fn from(EventLog { event, deliveries, .. }: EventLog) -> Self {
        Self { event: event.into(), deliveries: deliveries.into_iter().map(DeliveryView::from).collect() }
    }
}

body! {
    /// Where to send an event again.
    struct Redelivery {
        /// The `id` of an enabled endpoint.
        required endpoint_id: WebhookEndpointId,
    }
}

/// Read an event
///
/// Scope `events`. Returns an event with its deliveries: to which endpoints it was sent, how the last attempt ended,
/// and when the next one is due. Events are kept for 30 days.
#[utoipa::path(
    get,
    path = "/webhook-events/{event_id}",
    params(WebhookEventPath),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "The event and its deliveries.", body = EventLogView),
        Problems<(WithKey, WrongRequest, OfWebhookEvent)>,
    )
)]
pub(crate) async fn find_webhook_event(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<EventId>,
) -> Result<Json<EventLogView>, Problem> {
    Ok(Json(app.tpp.webhooks.find_event(&caller.workspace, id).await?.into()))
}

/// Send an event again
///
/// Scope `events`. Sends the event to an endpoint within a minute, with the same `webhook-id`, also if the endpoint has
/// it or does not want its type. If that fails, it is tried again like any other.
#[utoipa::path(
    post,
    path = "/webhook-events/{event_id}/redeliver",
    params(WebhookEventPath),
    request_body(content = Redelivery, example = json!({ "endpoint_id": "we_7c2f0e4c569e4b0d8f9d2f4a112f1c7a" })),
    security(("api_key" = ["events"])),
    responses(
        (status = 202, description = "The event will be sent.", body = ReplayView),
        Problems<(WithKey, WrongRequest, OfWebhookEvent, OfWebhookEndpoint, ToWebhookEndpoint)>,
    )
)]
pub(crate) async fn redeliver_webhook_event(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<EventId>,
    body: JsonBody,
) -> Result<(StatusCode, Json<ReplayView>), Problem> {
    let Redelivery { endpoint_id } = body.read()?;
    app.tpp.webhooks.redeliver(&caller.workspace, id, endpoint_id).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayView { events: 1 })))
}
