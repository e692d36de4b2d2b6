//! `/credential-password-ip`: the TPP's API keys at bunq, never with the key itself.

use axum::response::Response;
use shared::{
    bunq::calls::{ReadCredentialPasswordIp, Which},
    http::{Credentials, OwnSession, PathId, Problem, QueryParameters},
    types::ids::CredentialPasswordIpId,
};

use crate::redacted;

/// List the keys
///
/// Scope `credentials`. bunq's answer, without `token_value`.
#[utoipa::path(
    get,
    path = "/credential-password-ip",
    operation_id = "list_credential_password_ips",
    tag = "credential-ip",
    params(
        ("count" = Option<u8>, Query, description = "1 to 200; 50 where it is not there."),
        ("older_id" = Option<u64>, Query, description = "Older than this one."),
        ("newer_id" = Option<u64>, Query, description = "Newer than this one. Not together with `older_id`."),
    ),
    security(("api_key" = ["credentials"])),
    responses((status = 200, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn list_credential_password_ips(
    session: OwnSession<Credentials>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let page = query.read(|parameters| parameters.page())?;
    let make = |user| ReadCredentialPasswordIp { user, which: Which::Keys(page) };
    redacted::answer(&session, make, Some(("credential-password-ip", page))).await
}

/// Read a key's state
///
/// Scope `credentials`. bunq's answer, without `token_value`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}",
    operation_id = "find_credential_password_ip",
    tag = "credential-ip",
    params(("credential_password_ip_id" = u64, Path, description = "As the list returned it.")),
    security(("api_key" = ["credentials"])),
    responses((status = 200, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn find_credential_password_ip(
    session: OwnSession<Credentials>,
    PathId(key): PathId<CredentialPasswordIpId>,
) -> Result<Response, Problem> {
    let make = |user| ReadCredentialPasswordIp { user, which: Which::Key(key) };
    redacted::answer(&session, make, None).await
}
