//! `/credential-password-ip/{id}/ip`: the addresses that may use a key. An address cannot be changed: add the new
//! address, then deactivate the old one.

use shared::{
    body,
    bunq::{Resource as _, calls::PermittedIps},
    http::prelude::*,
    telemetry::{
        Metric,
        audit::{Fact, ObjectId, note},
        count,
    },
    types::{
        ids::{CredentialPasswordIpId, PermittedIpId},
        ip::{IpError, IpStatus, PermittedAddress},
    },
};

use crate::redacted;

body! {
    /// The body of `create_permitted_ip`.
    pub(crate) struct NewPermittedIp {
        /// A public IPv4 address. `*` means any address, and is accepted only together with `allow_wildcard=true`.
        required ip: PermittedAddress,
        /// Whether bunq accepts calls from the address; `ACTIVE` by default.
        optional status: IpStatus,
    }
    check(fields, allow_wildcard: bool) {
        if ip == Some(PermittedAddress::ANY) && !allow_wildcard {
            fields.refuse("ip", &IpError::Wildcard.to_string());
        }
    }
}

body! {
    /// The body of `update_permitted_ip`.
    pub(crate) struct PermittedIpUpdate {
        required status: IpStatus,
    }
}

fn path(key: CredentialPasswordIpId) -> String {
    format!("credential-password-ip/{key}/ip")
}

/// List the addresses that may use a key
///
/// Scope `credentials`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}/ip",
    params(CredentialPath, PageQuery),
    security(("api_key" = ["credentials"])),
    responses(Paged<PermittedIpList>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn list_permitted_ips(
    session: OwnSession<CredentialsScope>,
    PathId(key): PathId<CredentialPasswordIpId>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let page = query.read(|parameters| parameters.page())?;
    redacted::listing(&session, &path(key), page, &PermittedIps::list(key, page)).await
}

/// Permit an address to use a key
///
/// Scope `credentials`. The address is a public IPv4 address; `*` is accepted only with `allow_wildcard=true`.
#[utoipa::path(
    post,
    path = "/credential-password-ip/{credential_password_ip_id}/ip",
    params(
        CredentialPath,
        ("allow_wildcard" = Option<bool>, Query, description = "Lets `*` through to bunq."),
    ),
    request_body(content = NewPermittedIp, description = "The address.", example = json!({ "ip": "185.40.108.7" })),
    security(("api_key" = ["credentials"])),
    responses((status = 201, description = "bunq permits it.", body = IdAnswer, headers(("Location" = String, description = "Where the address can be read."))), Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn create_permitted_ip(
    session: OwnSession<CredentialsScope>,
    PathId(key): PathId<CredentialPasswordIpId>,
    query: QueryParameters,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wildcard = query.read(|parameters| parameters.optional::<bool>("allow_wildcard", "must be true or false"))?;
    let NewPermittedIp { ip, status } = body.read_with(&wildcard.unwrap_or_default())?;
    let status = status.unwrap_or(IpStatus::Active);
    let body = json!({ "ip": ip.to_string(), "status": status.as_str() });
    let created = session.call(&PermittedIps::create(key, &body)).await?;
    note(Fact::Object(ObjectId::Bank(created.id.into())));
    count_permitted(status);
    let location = session.public_url(&format!("{}/{}", path(key), created.id));
    let location = HeaderValue::try_from(location.as_str()).map_err(|_| Problem::internal())?;
    let body = Json(json!({ "Response": [{ "Id": { "id": created.id } }] }));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// Read an address that may use a key
///
/// Scope `credentials`.
#[utoipa::path(
    get,
    path = "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}",
    params(CredentialPath, PermittedIpPath),
    security(("api_key" = ["credentials"])),
    responses(Answered<PermittedIpAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn find_permitted_ip(
    session: OwnSession<CredentialsScope>,
    PathId(key): PathId<CredentialPasswordIpId>,
    PathId(ip): PathId<PermittedIpId>,
) -> Result<Response, Problem> {
    redacted::call(&session, &PermittedIps::find(key, ip)).await
}

/// Activate or deactivate an address
///
/// Scope `credentials`. The body is `{"status":"ACTIVE"}` or `{"status":"INACTIVE"}`.
#[utoipa::path(
    put,
    path = "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}",
    params(CredentialPath, PermittedIpPath),
    request_body(content = PermittedIpUpdate, description = "Whether bunq takes calls from it.", example = json!({ "status": "ACTIVE" })),
    security(("api_key" = ["credentials"])),
    responses(Answered<IdAnswer>, Problems<(WithKey, WrongRequest, AtBank)>)
)]
pub(crate) async fn update_permitted_ip(
    session: OwnSession<CredentialsScope>,
    PathId(key): PathId<CredentialPasswordIpId>,
    PathId(ip): PathId<PermittedIpId>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let PermittedIpUpdate { status } = body.read()?;
    // The address itself cannot be changed.
    let update = PermittedIps::update(key, ip, &json!({ "status": status.as_str() }));
    let answer = redacted::call(&session, &update).await?;
    count_permitted(status);
    Ok(answer)
}

/// Counts a new active address for the alarm: another address may use the TPP's key.
fn count_permitted(status: IpStatus) {
    match status {
        IpStatus::Active => count(Metric::AddressesPermitted),
        IpStatus::Inactive => {}
    }
}
