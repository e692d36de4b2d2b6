//! What the caller can do about a problem, and which calls it affects.

use serde::Serialize;
use utoipa::ToSchema;

/// Which calls a problem affects, for programs that work through many customers. `request`: this call only.
/// `connection`: every call for this customer, so continue with the next customer. `deployment`: every call with this
/// API key, so stop the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Affects {
    /// This call only. The next call may succeed.
    Request,
    /// Every call for this customer. Continue with the next customer.
    Connection,
    /// Every call with this API key, for any customer. Stop the job.
    Deployment,
}

/// What the caller can do about the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = KnownAction)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send the same request again.
    Retry,
    /// Send the same request again after `Retry-After` seconds.
    Wait,
    /// Ask the customer to connect again, with a new consent.
    Reauthorise,
    /// Change the request or the deployment. The same request would fail again.
    FixRequest,
    /// Ask bunq, and quote `bunq_response_id`.
    ContactBunq,
    /// Ask the operator of this deployment, and quote `request_id`.
    ContactSupport,
}

impl Action {
    /// Returns the action on the wire.
    pub(in crate::http) const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Wait => "wait",
            Self::Reauthorise => "reauthorise",
            Self::FixRequest => "fix_request",
            Self::ContactBunq => "contact_bunq",
            Self::ContactSupport => "contact_support",
        }
    }
}
