//! `/hooks/bunq/{callback_token}`: where bunq sends callbacks.

use shared::http::prelude::*;

/// Receive a callback of bunq
///
/// For bunq only: each customer's notification filters at bunq have an address of their own. Nothing in a callback is
/// believed. It is a hint that something changed; what changed is then read from bunq, and becomes an event. The path
/// exists only if the operator has switched callbacks on.
#[utoipa::path(
    post,
    path = "/hooks/bunq/{callback_token}",
    params(CallbackPath),
    request_body(
        content = Option<serde_json::Value>,
        description = "bunq's `NotificationUrl`. Any other body counts as a hint without an object.",
        content_type = "application/json",
        example = json!({ "NotificationUrl": {
            "category": "MUTATION",
            "event_type": "MUTATION_RECEIVED",
            "object": { "Payment": { "id": 71234, "monetary_account_id": 60101, "updated": "2026-11-22 12:00:00.000000" } }
        } })
    ),
    responses(
        (status = 200, description = "The hint is in the queue. The answer is empty."),
        Problems<(FromBank,)>,
    )
)]
pub(crate) async fn receive_callback(State(app): State<App>, callback: BankCallback) -> Result<StatusCode, Problem> {
    app.tpp.callbacks.take(callback.user_id, &callback.body).await?;
    Ok(StatusCode::OK)
}
