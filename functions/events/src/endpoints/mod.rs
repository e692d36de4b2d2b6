//! `/webhook-endpoints`: where the events of a workspace are sent.

mod ask;
mod view;

use shared::{
    http::prelude::*,
    store::WebhookChange,
    tpp::AskedEndpoint,
    types::webhook::{SignatureKind, WebhookEndpointId},
};

use ask::{EndpointChange, NewEndpoint, Replay, Rotation};
use view::{EndpointView, TestView, WebhookEndpoints};

use crate::view::ReplayView;

/// Create an endpoint
///
/// Scope `events`. From now on, the events of the API key's workspace are also sent to the `url`, as
/// [Standard Webhooks](https://www.standardwebhooks.com) describes: `POST` with `type`, `timestamp` and `data` as in
/// `GET /webhook-events`, and the id of the event in the header `webhook-id`. Verify `webhook-signature`, and answer
/// 2xx within 15 seconds. Anything else is tried again for about 75 hours. An event can arrive more than once and in
/// any order: process each id once. 410 disables the endpoint, and so do five days of failures.
///
/// A workspace has at most twenty endpoints.
#[utoipa::path(
    post,
    path = "/webhook-endpoints",
    request_body(content = NewEndpoint, example = json!({
        "url": "https://shop.example/webhooks", "types": ["connection.*"], "description": "Production"
    })),
    security(("api_key" = ["events"])),
    responses(
        (status = 201, description = "The endpoint, with its secret.", body = EndpointView,
            headers(("Location" = String, description = "`/webhook-endpoints/{endpoint_id}`"))),
        Problems<(WithKey, WrongRequest, NewWebhook, NotReady)>,
    )
)]
pub(crate) async fn create_webhook_endpoint(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let NewEndpoint { url, types, description, signature } = body.read()?;
    let webhooks = &app.tpp.webhooks;
    let url = webhooks.parse_url(&url.0).map_err(|error| wrong_url(&error.to_string()))?;
    let asked = AskedEndpoint { url, types: types.0, description, signature: signature.unwrap_or(SignatureKind::Hmac) };
    let (endpoint, credential) = webhooks.create(&caller.workspace, asked).await?;
    let location = app.tpp.config.public(&format!("webhook-endpoints/{}", endpoint.id));
    let location = HeaderValue::try_from(location.as_str()).map_err(|_| Problem::internal())?;
    let view = EndpointView::from(endpoint).with_credential(credential);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

fn wrong_url(must: &str) -> Problem {
    Problem::invalid(Place::Body("/url"), must)
}

/// List endpoints
///
/// Scope `events`.
#[utoipa::path(
    get,
    path = "/webhook-endpoints",
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "All endpoints of the workspace.", body = WebhookEndpoints),
        Problems<(WithKey,)>,
    )
)]
pub(crate) async fn list_webhook_endpoints(
    caller: Caller<EventsScope>,
    State(app): State<App>,
) -> Result<Json<WebhookEndpoints>, Problem> {
    let endpoints = app.tpp.webhooks.list(&caller.workspace).await?;
    Ok(Json(WebhookEndpoints { endpoints: endpoints.into_iter().map(EndpointView::from).collect() }))
}

/// Read an endpoint
///
/// Scope `events`.
#[utoipa::path(
    get,
    path = "/webhook-endpoints/{endpoint_id}",
    params(WebhookEndpointPath),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "The endpoint.", body = EndpointView),
        Problems<(WithKey, WrongRequest, OfWebhookEndpoint)>,
    )
)]
pub(crate) async fn find_webhook_endpoint(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
) -> Result<Json<EndpointView>, Problem> {
    Ok(Json(app.tpp.webhooks.find(&caller.workspace, id).await?.into()))
}

/// Change an endpoint
///
/// Scope `events`. What the body lacks stays as it is. Events that wait for the endpoint are sent to a changed `url`,
/// with which the endpoint counts as one that has not failed. `disabled` cancels them. Events that happen while an
/// endpoint is disabled are not sent to it later: read them with `GET /webhook-events`.
#[utoipa::path(
    patch,
    path = "/webhook-endpoints/{endpoint_id}",
    params(WebhookEndpointPath),
    request_body(content = EndpointChange, example = json!({ "types": ["*"], "description": "Staging" })),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "The changed endpoint.", body = EndpointView),
        Problems<(WithKey, WrongRequest, OfWebhookEndpoint)>,
    )
)]
pub(crate) async fn update_webhook_endpoint(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
    body: JsonBody,
) -> Result<Json<EndpointView>, Problem> {
    let EndpointChange { url, types, description, state } = body.read()?;
    let webhooks = &app.tpp.webhooks;
    let url = url.map(|url| webhooks.parse_url(&url.0)).transpose().map_err(|error| wrong_url(&error.to_string()))?;
    let change = WebhookChange { url: None, types: types.map(|types| types.0), description, state };
    Ok(Json(webhooks.change(&caller.workspace, id, (url, change)).await?.into()))
}

/// Delete an endpoint
///
/// Scope `events`. Events that wait for it are cancelled. A repeated call gets the same answer.
#[utoipa::path(
    delete,
    path = "/webhook-endpoints/{endpoint_id}",
    params(WebhookEndpointPath),
    security(("api_key" = ["events"])),
    responses(
        (status = 204, description = "The endpoint does not exist any more."),
        Problems<(WithKey, WrongRequest)>,
    )
)]
pub(crate) async fn delete_webhook_endpoint(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
) -> Result<StatusCode, Problem> {
    app.tpp.webhooks.delete(&caller.workspace, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the secret of an endpoint
///
/// Scope `events`. The answer shows the new secret once. For `keep_old_for_hours`, messages have two signatures, so
/// that the receiver can change the secret at any time. After a leak, use 0.
#[utoipa::path(
    post,
    path = "/webhook-endpoints/{endpoint_id}/rotate-secret",
    params(WebhookEndpointPath),
    request_body(content = Rotation, description = "Everything is optional.", example = json!({
        "keep_old_for_hours": 24
    })),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "The endpoint, with its new secret or public key.", body = EndpointView),
        Problems<(WithKey, WrongRequest, OfWebhookEndpoint, NotReady)>,
    )
)]
pub(crate) async fn rotate_webhook_secret(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
    body: JsonBody,
) -> Result<Json<EndpointView>, Problem> {
    let Rotation { keep_old_for_hours } = body.read()?;
    let keep_old = keep_old_for_hours.unwrap_or_default().0;
    let (endpoint, credential) = app.tpp.webhooks.rotate(&caller.workspace, id, keep_old).await?;
    Ok(Json(EndpointView::from(endpoint).with_credential(credential)))
}

/// Test an endpoint
///
/// Scope `events`. Sends one message of the type `webhook.test` now, also to a disabled endpoint, and returns how that
/// ended. The message is in no list, and is not tried again.
#[utoipa::path(
    post,
    path = "/webhook-endpoints/{endpoint_id}/test",
    params(WebhookEndpointPath),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "The result of the attempt.", body = TestView),
        Problems<(WithKey, WrongRequest, OfWebhookEndpoint, NotReady)>,
    )
)]
pub(crate) async fn test_webhook_endpoint(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
) -> Result<Json<TestView>, Problem> {
    Ok(Json(app.tpp.webhooks.test(&caller.workspace, id).await?.into()))
}

/// Send events again
///
/// Scope `events`. Sends the events since a time to an endpoint within minutes, each with the same `webhook-id`: those
/// of the types that it wants, whether it has them or not. This also fills a new endpoint with what happened before. At
/// most 5000 events. If many events still wait for their place in the order, the answer can be
/// `webhook_events_pending`: repeat the request, which goes on.
#[utoipa::path(
    post,
    path = "/webhook-endpoints/{endpoint_id}/replay",
    params(WebhookEndpointPath),
    request_body(content = Replay, example = json!({ "since": "2026-11-22T00:00:00Z" })),
    security(("api_key" = ["events"])),
    responses(
        (status = 202, description = "The events will be sent.", body = ReplayView),
        Problems<(WithKey, WrongRequest, OfWebhookEndpoint, ToWebhookEndpoint, OfWebhookReplay)>,
    )
)]
pub(crate) async fn replay_webhook_events(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    PathId(id): PathId<WebhookEndpointId>,
    RequestDeadline(deadline): RequestDeadline,
    body: JsonBody,
) -> Result<(StatusCode, Json<ReplayView>), Problem> {
    let Replay { since } = body.read()?;
    let events = app.tpp.webhooks.replay(&caller.workspace, id, since.timestamp(), deadline).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayView { events })))
}
