//! `/credential-password-ip/egress`: the address from which bunq receives our calls, and the addresses that it permits.

use axum::Json;
use shared::{
    http::{
        Credentials, OwnSession, Problem,
        openapi::{AtBank, Problems, WithKey},
    },
    tpp::EgressReport,
};

/// Compare our address with the permitted addresses
///
/// Scope `credentials`. `egress_ip` is available only if `EGRESS_IP_URL` is set. `agrees` says whether `egress_ip` is
/// among `permitted`. The operation also answers from an address that bunq refuses; `permitted` is then null.
#[utoipa::path(
    get,
    path = "/credential-password-ip/egress",
    security(("api_key" = ["credentials"])),
    responses(
        (status = 200, description = "Both, and whether they agree.", body = EgressReport),
        Problems<(WithKey, AtBank)>,
    )
)]
pub(crate) async fn find_egress(session: OwnSession<Credentials>) -> Result<Json<EgressReport>, Problem> {
    Ok(Json(session.tpp().egress.report(session.deadline()).await?))
}
