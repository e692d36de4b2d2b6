//! `/credential-password-ip/egress`: the address that bunq sees us from, next to those that it permits.

use axum::Json;
use shared::{
    http::{
        Credentials, OwnSession, Problem,
        openapi::{AtBank, Problems, WithKey},
    },
    tpp::EgressReport,
};

/// Compare our address with the permitted ones
///
/// Scope `credentials`. `egress_ip` needs `EGRESS_IP_URL`; `agrees` says whether it is among `permitted`. Answers from
/// an address that bunq refuses, too: `permitted` is null then.
#[utoipa::path(
    get,
    path = "/credential-password-ip/egress",
    operation_id = "find_egress",
    tag = "credential-ip",
    security(("api_key" = ["credentials"])),
    responses(
        (status = 200, description = "Both, and whether they agree.", body = EgressReport),
        Problems<(WithKey, AtBank)>,
    )
)]
pub(crate) async fn find_egress(session: OwnSession<Credentials>) -> Result<Json<EgressReport>, Problem> {
    Ok(Json(session.tpp().egress_report(session.deadline()).await?))
}
