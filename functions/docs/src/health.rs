//! The health check.

use axum::Json;
use serde::Serialize;

/// The answer of the health check.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the API answers
///
/// Shows only that requests arrive and are answered. The check calls neither the store nor bunq. For their state, see
/// the setup's report and the answers of the other operations.
#[utoipa::path(
    get,
    path = "/health",
    responses((status = 200, description = "It does.", body = Health))
)]
pub(crate) async fn check_health() -> Json<Health> {
    Json(Health { status: "ok" })
}
