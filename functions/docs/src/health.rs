//! The health check.

use axum::Json;
use serde::Serialize;

/// Alive.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the API answers
///
/// Says that requests arrive and are answered, and nothing more: neither the store nor bunq is asked. The setup's
/// report and the answers themselves say how those are.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "check_health",
    tag = "docs",
    responses((status = 200, description = "It does.", body = Health))
)]
pub(crate) async fn check_health() -> Json<Health> {
    Json(Health { status: "ok" })
}
