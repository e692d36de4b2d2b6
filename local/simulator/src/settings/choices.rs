//! The enums of the settings. Their values in JSON are in snake case.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Whose `session_timeout` applies to a session that an access token opens.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutOwner {
    /// The shorter of both timeouts.
    Minimum,
    /// The timeout of the application.
    Requester,
    /// The timeout of the customer.
    Granter,
}

/// When a call extends its session.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionExtension {
    /// Never: a session ends when its timeout has passed.
    Never,
    /// In the last half hour, as the documentation says.
    HalfHour,
    /// In the last half minute, as the community reports.
    HalfMinute,
}

/// The text of the 401 for a session that has ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredSessionText {
    /// `Insufficient authorisation.`
    Authorisation,
    /// `Insufficient authentication.`
    Authentication,
}

/// Whether the bank limits the rate of calls.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimits {
    /// No limit.
    Off,
    /// Per IP and endpoint: 3 GET, 5 POST, 2 PUT, 5 DELETE in 3 seconds; one POST session-server in 30 seconds.
    Classic,
}

/// Which calls check the IP address of the caller.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IpCheck {
    /// Calls that open a session or register a device.
    Sessions,
    /// These, and every call with a session.
    EveryCall,
}

/// Whether the API permits `*`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WildcardIpApi {
    /// The API refuses it with 400, as in the documentation.
    Refuse,
    /// The API treats it like an address.
    Allow,
}

/// Whether a `UserApiKey` contains the `id` of the granting user.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantedId {
    /// It does, as since 2025.
    Present,
    /// It does not, as in a recording of 2018.
    Missing,
}

/// The effect of a second call with the same `X-Bunq-Client-Request-Id`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateRequestIds {
    /// The bank refuses it.
    Refuse,
    /// The bank executes it.
    Ignore,
}

/// How the bank treats a header on a GET that only other calls need.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnGet {
    /// The bank does not check it.
    Ignore,
    /// The bank checks it as on other calls.
    Check,
}

/// Whether something is required.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It is optional.
    Optional,
    /// It is required.
    Required,
}

/// Whether a payment service provider may do what the documentation reserves for the customer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// The bank refuses it with 403.
    Refuse,
    /// The bank executes it, as reported of the bank's sandbox.
    Allow,
}

/// The path of the public view of an issuer transaction.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicPath {
    /// Both paths.
    Both,
    /// Under the user of the payment service provider. It needs a session.
    User,
    /// At the root. It needs no token.
    Root,
}

/// What the browser sees after the customer declines.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// A redirect to the application with `error=access_denied`.
    Redirect,
    /// A page of the bank.
    Stay,
}

/// One of the two statuses that sources report for one refusal. It is a number in JSON.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum RefusalStatus {
    /// 400
    BadRequest,
    /// 401
    Unauthorized,
}

impl TryFrom<u16> for RefusalStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            400 => Ok(Self::BadRequest),
            401 => Ok(Self::Unauthorized),
            other => Err(format!("the status must be 400 or 401, not {other}")),
        }
    }
}

impl From<RefusalStatus> for u16 {
    fn from(status: RefusalStatus) -> Self {
        match status {
            RefusalStatus::BadRequest => 400,
            RefusalStatus::Unauthorized => 401,
        }
    }
}

impl JsonSchema for RefusalStatus {
    fn schema_name() -> Cow<'static, str> {
        "RefusalStatus".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"oneOf": [
            {"const": 400, "description": "Bad Request."},
            {"const": 401, "description": "Unauthorized."},
        ]})
    }
}
