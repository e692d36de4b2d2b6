//! The words of a problem: what happened, and what to do about it.

use serde::Serialize;
use utoipa::ToSchema;

/// What happened, for programs. New codes may be added; a code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No `Authorization: Bearer` header, or more than one.
    ApiKeyMissing,
    /// No such API key, or a revoked one.
    ApiKeyInvalid,
    /// The API key lacks the scope that the route wants.
    ScopeMissing,
    /// A parameter, header or body cannot be; `errors` says which and why.
    InvalidRequest,
    /// There is no such route.
    RouteNotFound,
    /// The route does not have this method.
    MethodNotAllowed,
    /// There is no such connection.
    UserNotFound,
    /// The state is unknown, used, too old, or another browser's.
    StateInvalid,
    /// The customer did not consent.
    ConsentDenied,
    /// bunq does not take the authorization code.
    CodeRefused,
    /// bunq refuses the customer's access token.
    ConsentRevoked,
    /// bunq refused the call; `errors` holds its texts.
    BankRefused,
    /// bunq's limits or maintenance: later.
    BankBusy,
    /// bunq failed or could not be reached, or its answer cannot be believed.
    BankUnavailable,
    /// bunq's answer is not signed by bunq.
    BankSignatureInvalid,
    /// bunq did not answer in time.
    BankTimeout,
    /// The same request is under way: come back for its answer.
    RequestInFlight,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// Nobody knows whether bunq did it. The same request under the same `Idempotency-Key` finds out, and does it at most once.
    OutcomeUnknown,
    /// A session is being opened.
    SessionPending,
    /// Setup has not run to its end.
    NotOnboarded,
    /// Another run of the setup has taken over.
    SetupSuperseded,
    /// The PSD2 certificate would be refused; `detail` says why.
    CertificateInvalid,
    /// Our own store or secrets cannot be reached.
    StoreUnavailable,
    /// A mistake of ours or of the deployment.
    InternalError,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send the same request again.
    Retry,
    /// Send it again after `Retry-After`.
    Wait,
    /// Send the customer through `/auth` again.
    Reauthorise,
    /// Change the request.
    FixRequest,
    /// Ask bunq, with `bunq_response_id`.
    ContactBunq,
    /// Ask whoever runs this deployment, with `request_id`.
    ContactSupport,
}

/// One reason. `pointer` is a JSON pointer into the body or names a parameter; bunq's own texts have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Why.
    pub detail: String,
}
