//! The values that settings choose from. Their names in JSON are in snake case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose `session_timeout` rules a session opened with an access token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutOwner {
    /// The shorter of both.
    Minimum,
    /// The application's.
    Requester,
    /// The customer's.
    Granter,
}

/// When a call extends the session it uses.
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

/// The words of the 401 for a session that has ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredSessionText {
    /// `Insufficient authorisation.`
    Authorisation,
    /// `Insufficient authentication.`
    Authentication,
}

/// Whether calls are counted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimits {
    /// Nothing is refused.
    Off,
    /// Per IP and endpoint: 3 GET, 5 POST, 2 PUT, 5 DELETE in 3 seconds; one POST session-server in 30 seconds.
    Classic,
}

/// Which calls look at the caller's IP.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IpCheck {
    /// Those that open a session or register a device.
    Sessions,
    /// Those, and every call with a session.
    EveryCall,
}

/// Whether `*` can be permitted through the API.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WildcardIpApi {
    /// It is refused with 400, as the documentation says.
    Refuse,
    /// It is taken like an address.
    Allow,
}

/// Whether the granting user carries its `id` inside a `UserApiKey`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantedId {
    /// As since 2025.
    Present,
    /// As recorded in 2018.
    Missing,
}

/// What happens to a second call with the same `X-Bunq-Client-Request-Id`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateRequestIds {
    /// It is refused.
    Refuse,
    /// It is carried out.
    Ignore,
}

/// What becomes of a header that only calls which change something need, when a GET carries it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnGet {
    /// It is not checked.
    Ignore,
    /// It is checked as on other calls.
    Check,
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It may be left out.
    Optional,
    /// It must be there.
    Required,
}

/// Whether a payment service provider may do what the documentation keeps for the customer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// It is refused with 403.
    Refuse,
    /// It is carried out, as the bank's sandbox is said to.
    Allow,
}

/// Where the public view of an issuer transaction is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicPath {
    /// In both places.
    Both,
    /// Below the payment service provider's user; it needs a session.
    User,
    /// At the root; it needs no token.
    Root,
}

/// Where the browser goes when the customer declines.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// Back to the application with `error=access_denied`.
    Redirect,
    /// Nowhere: a page of the bank says so.
    Stay,
}

/// One of the two statuses that sources report for the same refusal; a number in JSON.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
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
