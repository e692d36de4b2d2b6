//! Errors as callers see them: RFC 9457 `application/problem+json`. The one file that chooses an HTTP status for an error.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    bunq::{BankError, Refusal},
    secrets::SecretsError,
    store::StoreError,
    tpp::{AccessError, ConsentError, OnboardingError, TppError},
};

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

/// An error as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    action: Action,
    detail: String,
    errors: Vec<Reason>,
    retry_after: Option<Duration>,
    bunq_response_id: Option<String>,
}

/// Its form on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Wire<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: Code,
    action: Action,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Reason],
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bunq_response_id: Option<&'a str>,
}

/// How long to wait where nobody says.
const SHORT_WAIT: Duration = Duration::from_secs(5);
/// How long maintenance takes at the least.
const LONG_WAIT: Duration = Duration::from_secs(60);

impl Problem {
    fn new(status: StatusCode, code: Code, action: Action, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            action,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            bunq_response_id: None,
        }
    }

    fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What to do about it.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// When to come back.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The request shows no key.
    #[must_use]
    pub fn api_key_missing() -> Self {
        let detail = "This route needs one header `Authorization: Bearer <API key>`.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyMissing, Action::FixRequest, detail)
    }

    /// The request shows a key that is none.
    #[must_use]
    pub fn api_key_invalid() -> Self {
        let detail = "The API key is unknown or revoked.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyInvalid, Action::FixRequest, detail)
    }

    /// A part of the request cannot be.
    #[must_use]
    pub fn invalid(pointer: &str, detail: &str) -> Self {
        let problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::InvalidRequest,
            Action::FixRequest,
            format!("{pointer} {detail}"),
        );
        Self { errors: vec![Reason { pointer: Some(pointer.to_owned()), detail: detail.to_owned() }], ..problem }
    }

    /// No such route.
    #[must_use]
    pub fn route_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::RouteNotFound, Action::FixRequest, "There is no such route.")
    }

    /// No such method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let detail = "The route does not have this method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, Action::FixRequest, detail)
    }

    /// A mistake of ours.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "Something went wrong here. The log has more under the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError, Action::ContactSupport, detail)
    }

    fn store_unavailable() -> Self {
        let detail = "The deployment's own store cannot be reached.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::StoreUnavailable, Action::Wait, detail).after(SHORT_WAIT)
    }

    /// The answer, once the request's id is known.
    pub(super) fn render(&self, request_id: &str) -> Response {
        let wire = Wire {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            code: self.code,
            action: self.action,
            detail: &self.detail,
            errors: &self.errors,
            request_id,
            bunq_response_id: self.bunq_response_id.as_deref(),
        };
        let mut response = Response::new(serde_json::to_vec(&wire).map_or_else(|_| Body::empty(), Body::from));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 section 11.6.1 wants it with every 401.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// What happened and why, in one line: for direct invocations, which have no body for it.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)?;
        self.errors.iter().try_for_each(|reason| write!(f, " {}", reason.detail))
    }
}

impl IntoResponse for Problem {
    /// An answer without a body: the layer that knows the request's id renders it.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let (status, action) = match refusal.status {
            403 => (StatusCode::FORBIDDEN, Action::ContactBunq),
            404 => (StatusCode::NOT_FOUND, Action::FixRequest),
            400 | 490 => (StatusCode::UNPROCESSABLE_ENTITY, Action::FixRequest),
            // The session is refused although it is new: the bank is at odds with itself.
            401 => (StatusCode::BAD_GATEWAY, Action::Retry),
            // 405, 466 and what else there is: we asked for something that does not exist.
            status => {
                tracing::error!(bank_status = status, "bunq refused a call that should be right");
                return Self { bunq_response_id: refusal.response_id.clone(), ..Self::internal() };
            }
        };
        let texts = refusal.texts.iter().map(|text| Reason { pointer: None, detail: text.error_description.clone() });
        Self { errors: texts.collect(), ..Self::new(status, Code::BankRefused, action, "bunq refused the call.") }
    }
}

impl From<BankError> for Problem {
    fn from(error: BankError) -> Self {
        let bad_gateway = |code, action, detail: &str| Self::new(StatusCode::BAD_GATEWAY, code, action, detail);
        let busy = |wait: Duration, detail: &str| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::BankBusy, Action::Wait, detail).after(wait)
        };
        let problem = match &error {
            BankError::Refused(refusal) => refusal.into(),
            BankError::RateLimited { wait, .. } => busy(*wait, "bunq takes no more calls for a moment."),
            BankError::Maintenance { .. } => busy(LONG_WAIT, "bunq is in maintenance."),
            BankError::Signature { .. } => bad_gateway(
                Code::BankSignatureInvalid,
                Action::ContactSupport,
                "The answer is not signed by bunq, so it is not passed on.",
            ),
            BankError::Undecodable { .. } | BankError::TooLarge => {
                bad_gateway(Code::BankUnavailable, Action::ContactBunq, "bunq's answer is not understood.")
            }
            BankError::Failed(_) | BankError::Unreachable(_) | BankError::Interrupted(_) => {
                bad_gateway(Code::BankUnavailable, Action::Retry, "bunq failed or could not be reached.")
            }
            BankError::Timeout => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, Code::BankTimeout, Action::Retry, "bunq did not answer in time.")
            }
            BankError::Signing => Self::internal(),
        };
        Self { bunq_response_id: error.response_id().map(str::to_owned), ..problem }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store");
        match error {
            StoreError::Unavailable(_) | StoreError::Contended => Self::store_unavailable(),
            StoreError::Misconfigured(_) | StoreError::Undecodable | StoreError::Seal(_) => Self::internal(),
        }
    }
}

impl From<SecretsError> for Problem {
    fn from(error: SecretsError) -> Self {
        tracing::error!(%error, "secrets");
        match error {
            SecretsError::Unavailable(_) => Self::store_unavailable(),
            SecretsError::Misconfigured(_) | SecretsError::Undecodable(_) => Self::internal(),
        }
    }
}

impl From<TppError> for Problem {
    fn from(error: TppError) -> Self {
        match error {
            TppError::NotOnboarded | TppError::TppRefused => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                Code::NotOnboarded,
                Action::ContactSupport,
                "This deployment is not connected to bunq. Its owner must run the setup.",
            ),
            TppError::UnknownUser => Self::new(
                StatusCode::NOT_FOUND,
                Code::UserNotFound,
                Action::Reauthorise,
                "No customer is connected under this user_id.",
            ),
            TppError::ConsentRevoked => Self::new(
                StatusCode::FORBIDDEN,
                Code::ConsentRevoked,
                Action::Reauthorise,
                "bunq no longer takes this customer's consent.",
            ),
            TppError::SessionPending => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                Code::SessionPending,
                Action::Wait,
                "A session with bunq is being opened.",
            )
            .after(SHORT_WAIT),
            TppError::Bank(error) => error.into(),
            TppError::Store(error) => error.into(),
            TppError::Secrets(error) => error.into(),
            TppError::Key(error) => {
                tracing::error!(%error, "key");
                Self::internal()
            }
            TppError::Seal(error) => {
                tracing::error!(%error, "sealing key");
                Self::internal()
            }
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Invalid => Self::api_key_invalid(),
            AccessError::Scope(scope) => Self::new(
                StatusCode::FORBIDDEN,
                Code::ScopeMissing,
                Action::FixRequest,
                format!("The API key lacks the scope `{scope}`."),
            ),
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        let unprocessable =
            |code, detail: &str| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, Action::Reauthorise, detail);
        match error {
            ConsentError::StateRefused => unprocessable(
                Code::StateInvalid,
                "This link was used before, is older than ten minutes, or was begun in another browser.",
            ),
            ConsentError::CodeRefused => unprocessable(Code::CodeRefused, "bunq does not take the authorization code."),
            ConsentError::Denied => Self::new(
                StatusCode::FORBIDDEN,
                Code::ConsentDenied,
                Action::Reauthorise,
                "The customer did not consent.",
            ),
            ConsentError::ClientRefused => {
                tracing::error!("bunq does not take the OAuth client or its callback URL");
                Self::internal()
            }
            ConsentError::Tpp(error) => error.into(),
        }
    }
}

impl From<OnboardingError> for Problem {
    fn from(error: OnboardingError) -> Self {
        match error {
            OnboardingError::Superseded => Self::new(
                StatusCode::CONFLICT,
                Code::SetupSuperseded,
                Action::Wait,
                "Another run of the setup started after this one and goes on.",
            )
            .after(SHORT_WAIT),
            OnboardingError::OtherEnvironment => Self::new(
                StatusCode::CONFLICT,
                Code::NotOnboarded,
                Action::ContactSupport,
                "The secrets of this deployment belong to another BUNQ_ENVIRONMENT.",
            ),
            OnboardingError::Certificate(error) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::CertificateInvalid,
                Action::FixRequest,
                error.to_string(),
            ),
            OnboardingError::Tpp(error) => error.into(),
        }
    }
}
