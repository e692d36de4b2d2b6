//! What the bodies and answers of this group hold, for the document.

#![expect(dead_code, reason = "bodies are read field by field; only the document needs the shapes")]

use std::net::Ipv4Addr;

use utoipa::ToSchema;

/// The body of `create_permitted_ip`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPermittedIp {
    /// A public IPv4 address. `*`, any address, is taken only together with `allow_wildcard=true`.
    #[schema(value_type = String, format = Ipv4, pattern = "^(?!0\\.|10\\.|127\\.|169\\.254\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|192\\.0\\.2\\.|198\\.51\\.100\\.|203\\.0\\.113\\.|22[4-9]\\.|2[3-5][0-9]\\.)", example = "185.40.108.7")]
    ip: Ipv4Addr,
    #[schema(inline)]
    status: Option<IpStatus>,
}

/// The body of `update_permitted_ip`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermittedIpUpdate {
    #[schema(inline)]
    status: IpStatus,
}

/// Whether bunq takes calls from it. A new one is `ACTIVE` where nobody says.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
enum IpStatus {
    Active,
    Inactive,
}

/// The address that bunq sees us from, next to those that it permits.
#[derive(ToSchema)]
pub(crate) struct EgressReport {
    /// Where we come from. Null where `EGRESS_IP_URL` is not set or does not answer.
    #[schema(value_type = Option<String>, format = Ipv4, required = true, example = "185.40.108.7")]
    egress_ip: Option<Ipv4Addr>,
    /// The key whose addresses these are.
    #[schema(minimum = 1, example = 1001)]
    credential_password_ip_id: u64,
    /// The addresses that may use it, `*` for any; null where bunq does not say, since it refuses ours.
    #[schema(required = true, example = json!(["185.40.108.7"]))]
    permitted: Option<Vec<String>>,
    /// Whether the one is among the others. Null where it is not known. `false` where `permitted` is null: bunq refuses
    /// the key from this address, or the key was revoked.
    #[schema(required = true)]
    agrees: Option<bool>,
}
