//! `/credential-password-ip`: the TPP's API keys at bunq. An answer never contains the key itself. Also `egress`:
//! the address from which bunq receives our calls, and the addresses that it permits.

use shared::{
    bunq::{Resource as _, calls::CredentialPasswordIps},
    http::prelude::*,
    tpp::EgressReport,
    types::ids::CredentialPasswordIpId,
};

use crate::redacted;

/// List the TPP's API keys at bunq
///
/// Scope `credentials`. Returns bunq's answer without `token_value`.
#[utoipa::path(
    get,
    path = "/credential-password-ip",
    params(PageQuery),
    security(("api_key" = ["credentials"])),
    responses(Paged<CredentialList>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn list_credential_password_ips(
    session: OwnSession<CredentialsScope>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let page = query.read(|parameters| parameters.page())?;
    let list = CredentialPasswordIps::list((), page);
    redacted::listing(&session, "credential-password-ip", page, &list).await
}

/// Read the state of an API key at bunq
///
/// Scope `credentials`. Returns bunq's answer without `token_value`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}",
    params(CredentialPath),
    security(("api_key" = ["credentials"])),
    responses(Answered<CredentialAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn find_credential_password_ip(
    session: OwnSession<CredentialsScope>,
    PathId(key): PathId<CredentialPasswordIpId>,
) -> Result<Response, Problem> {
    redacted::call(&session, &CredentialPasswordIps::find((), key)).await
}

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
pub(crate) async fn find_egress(session: OwnSession<CredentialsScope>) -> Result<Json<EgressReport>, Problem> {
    Ok(Json(session.tpp().egress.report(session.deadline()).await?))
}
