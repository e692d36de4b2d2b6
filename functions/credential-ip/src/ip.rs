//! `/credential-password-ip/{id}/ip`: the addresses that may use a key. An address cannot be changed: add the new one, then deactivate the old.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use shared::{
    bunq::calls::{CreatePermittedIp, ReadCredentialPasswordIp, UpdatePermittedIp, Which},
    http::{Credentials, JsonBody, OwnSession, PathId, Problem, QueryParameters},
    types::{
        ids::{CredentialPasswordIpId, PermittedIpId},
        ip::{IpError, IpStatus, PermittedAddress, PublicIpv4},
    },
};

use crate::redacted;

fn path(key: CredentialPasswordIpId) -> String {
    format!("credential-password-ip/{key}/ip")
}

/// List a key's addresses
///
/// Scope `credentials`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}/ip",
    operation_id = "list_permitted_ips",
    tag = "credential-ip",
    params(
        ("credential_password_ip_id" = u64, Path, description = "As the list of keys returned it."),
        ("count" = Option<u8>, Query, description = "1 to 200; 50 where it is not there."),
        ("older_id" = Option<u64>, Query, description = "Older than this one."),
        ("newer_id" = Option<u64>, Query, description = "Newer than this one. Not together with `older_id`."),
    ),
    security(("api_key" = ["credentials"])),
    responses((status = 200, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn list_permitted_ips(
    session: OwnSession<Credentials>,
    PathId(key): PathId<CredentialPasswordIpId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let page = query.read(|parameters| parameters.page())?;
    let make = |user| ReadCredentialPasswordIp { user, which: Which::Ips(key, page) };
    redacted::answer(&session, make, Some((&path(key), page))).await
}

/// Permit an address
///
/// Scope `credentials`. A public IPv4 address; `*` only with `allow_wildcard=true`.
#[utoipa::path(
    post,
    path = "/credential-password-ip/{credential_password_ip_id}/ip",
    operation_id = "create_permitted_ip",
    tag = "credential-ip",
    params(
        ("credential_password_ip_id" = u64, Path, description = "As the list of keys returned it."),
        ("allow_wildcard" = Option<bool>, Query, description = "Lets `*` through to bunq."),
    ),
    request_body = serde_json::Value,
    security(("api_key" = ["credentials"])),
    responses((status = 201, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn create_permitted_ip(
    session: OwnSession<Credentials>,
    PathId(key): PathId<CredentialPasswordIpId>,
    query: QueryParameters,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wildcard = query.read(|parameters| parameters.optional::<bool>("allow_wildcard", "must be true or false"))?;
    let (ip, status) = body.read(|fields| {
        let ip = fields.required::<String>("ip").and_then(|text| match text.parse::<PublicIpv4>() {
            Ok(address) => Some(PermittedAddress::One(address)),
            Err(IpError::Wildcard) if wildcard == Some(true) => Some(PermittedAddress::Any),
            Err(error) => {
                fields.refuse("ip", &error.to_string());
                None
            }
        });
        let status = fields.optional::<IpStatus>("status").unwrap_or(IpStatus::Active);
        Some((ip?, status))
    })?;
    let created = session.call(|user| CreatePermittedIp { user, key, ip, status }).await?;
    let location = session.public_url(&format!("{}/{}", path(key), created.id));
    let location = HeaderValue::try_from(location.as_str()).map_err(|_| Problem::internal())?;
    let body = Json(json!({ "Response": [{ "Id": { "id": created.id } }] }));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// Read an address
///
/// Scope `credentials`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}",
    operation_id = "find_permitted_ip",
    tag = "credential-ip",
    params(
        ("credential_password_ip_id" = u64, Path, description = "As the list of keys returned it."),
        ("item_id" = u64, Path, description = "As the list of addresses returned it."),
    ),
    security(("api_key" = ["credentials"])),
    responses((status = 200, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn find_permitted_ip(
    session: OwnSession<Credentials>,
    PathId(key): PathId<CredentialPasswordIpId>,
    PathId(ip): PathId<PermittedIpId>,
) -> Result<Response, Problem> {
    let make = |user| ReadCredentialPasswordIp { user, which: Which::Ip(key, ip) };
    redacted::answer(&session, make, None).await
}

/// Permit an address, or no longer
///
/// Scope `credentials`. The body is `{"status":"ACTIVE"}` or `{"status":"INACTIVE"}`.
#[utoipa::path(
    put,
    path = "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}",
    operation_id = "update_permitted_ip",
    tag = "credential-ip",
    params(
        ("credential_password_ip_id" = u64, Path, description = "As the list of keys returned it."),
        ("item_id" = u64, Path, description = "As the list of addresses returned it."),
    ),
    request_body = serde_json::Value,
    security(("api_key" = ["credentials"])),
    responses((status = 200, description = "bunq's answer.", body = serde_json::Value))
)]
pub(crate) async fn update_permitted_ip(
    session: OwnSession<Credentials>,
    PathId(key): PathId<CredentialPasswordIpId>,
    PathId(ip): PathId<PermittedIpId>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let status = body.read(|fields| fields.required::<IpStatus>("status"))?;
    redacted::changed(&session, |user| UpdatePermittedIp { user, key, ip, status }).await
}
