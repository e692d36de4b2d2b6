//! The problem format: errors as RFC 9457 `application/problem+json`.

mod action;
mod any_action;
mod code;
mod reasons;
mod request;
#[cfg(feature = "aws")]
mod status;

use std::time::Duration;

use axum::{
    Extension,
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use action::{Action, Affects};
use any_action::AnyAction;
pub use code::Code;
pub use reasons::{Place, Reason, Reasons};

/// The header on an answer that repeats the answer to an earlier request with the same `Idempotency-Key`.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An error as the caller receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    action: Action,
    affects: Affects,
    detail: String,
    errors: Reasons,
    retry_after: Option<Duration>,
    bunq_response_id: Option<String>,
    /// Whether it repeats the answer to an earlier request with the same idempotency key.
    is_replayed: bool,
}

/// An error: what happened, and what the caller can do about it (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Wire<'a> {
    /// The type of the problem: always `about:blank`. Use `status` and `code` instead.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The reason phrase of the HTTP status.
    #[schema(example = "Not Found")]
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    code: Code,
    #[schema(value_type = AnyAction)]
    action: Action,
    scope: Affects,
    /// A description of the problem for people. Its text may change.
    #[schema(example = "No customer is connected under this user_id.")]
    detail: &'a str,
    /// The reasons, if there are more details than `detail` contains: the invalid parts of the request, or bunq's own
    /// texts. At most twenty.
    #[schema(max_items = 20)]
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Reason],
    /// The id of the request in our logs. The header `X-Request-Id` has the same value.
    #[schema(example = "8c1d1b0e-1c1e-4a35-9d0e-4f6f3d1c2b7a")]
    request_id: &'a str,
    /// The id of bunq's answer, if bunq answered.
    #[schema(nullable = false, example = "89dcaa5c-fa55-4068-9822-3f87985d2268")]
    #[serde(skip_serializing_if = "Option::is_none")]
    bunq_response_id: Option<&'a str>,
}

impl Problem {
    /// Creates a problem with the default HTTP status for its code, and the default action for the caller to take.
    fn new(code: Code, detail: impl Into<String>) -> Self {
        let (status, action, affects) = code.usual();
        Self {
            status,
            code,
            action,
            affects,
            detail: detail.into(),
            errors: Reasons::default(),
            retry_after: None,
            bunq_response_id: None,
            is_replayed: false,
        }
    }

    fn doing(self, action: Action) -> Self {
        Self { action, ..self }
    }

    fn affecting(self, affects: Affects) -> Self {
        Self { affects, ..self }
    }

    /// Sets the wait, rounded up to whole seconds, the unit of `Retry-After` (RFC 9110 section 10.2.3).
    fn after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self { retry_after: Some(Duration::from_secs(seconds.max(1))), ..self }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns whether the same request may succeed soon, because the bank is busy, failed or did not answer.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.retry_after.is_some() || self.status.is_server_error()
    }

    /// Returns what the caller can do about the problem.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Returns the problem for a caller without an API key: without bunq's texts, bunq's response id and the IP address
    /// of this deployment.
    #[must_use]
    pub fn for_public(self) -> Self {
        let detail = match self.code {
            Code::IpNotPermitted => "bunq does not take this deployment's calls.".to_owned(),
            _ => self.detail,
        };
        Self { detail, errors: self.errors.without_bank_texts(), bunq_response_id: None, ..self }
    }

    /// Returns how long the caller must wait before a retry.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn wire<'a>(&'a self, request_id: &'a str) -> Wire<'a> {
        Wire {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            code: self.code,
            action: self.action,
            scope: self.affects,
            detail: &self.detail,
            errors: self.errors.as_slice(),
            request_id,
            bunq_response_id: self.bunq_response_id.as_deref(),
        }
    }

    /// Returns the body, as an example.
    pub(super) fn example(&self) -> Value {
        serde_json::to_value(self.wire("8c1d1b0e-1c1e-4a35-9d0e-4f6f3d1c2b7a")).unwrap_or_default()
    }

    /// Returns the answer. It contains the request id, so it is created when the id is known.
    pub(super) fn render(&self, request_id: &str) -> Response {
        let wait = self.retry_after.map(|wait| [(header::RETRY_AFTER, wait.as_secs().max(1))]);
        let replayed = self.is_replayed.then_some([(REPLAYED, "true")]);
        // RFC 9110 section 11.6.1 requires this header with every 401.
        let is_unauthorized = self.status == StatusCode::UNAUTHORIZED;
        let authenticate = is_unauthorized.then_some([(header::WWW_AUTHENTICATE, "Bearer")]);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let body = serde_json::to_vec(&self.wire(request_id)).map_or_else(|_| Body::empty(), Body::from);
        (self.status, kind, wait, replayed, authenticate, body).into_response()
    }
}

/// Writes what happened and why, in one line, for direct invocations, which have no problem body.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)?;
        let unsaid = self.errors.as_slice().iter().filter(|reason| !self.detail.contains(&reason.detail));
        // bunq's texts are full sentences. Our texts have no final period.
        let end = |reason: &Reason| if reason.pointer.is_none() && reason.parameter.is_none() { "" } else { "." };
        unsaid.into_iter().try_for_each(|reason| write!(f, " {reason}{}", end(reason)))
    }
}

impl IntoResponse for Problem {
    /// Returns an answer without a body. The layer that knows the request id renders the body.
    fn into_response(self) -> Response {
        (self.status, Extension(self)).into_response()
    }
}
