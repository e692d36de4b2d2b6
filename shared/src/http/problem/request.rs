//! Creates the problems that handlers choose themselves, because no error type represents them.

use std::time::Duration;

use http::StatusCode;

use crate::http::problem::{Action, Code, Place, Problem, Reasons};

/// The default wait before a retry.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(5);

impl Problem {
    /// The request has no API key.
    #[must_use]
    pub fn api_key_missing() -> Self {
        let detail = "This route needs one header `Authorization: Bearer <API key>`.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyMissing, Action::FixRequest, detail)
    }

    /// The API key is invalid.
    #[must_use]
    pub fn api_key_invalid() -> Self {
        let detail = "The API key is unknown, was revoked or has expired.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyInvalid, Action::FixRequest, detail)
    }

    /// The deployment does not permit this kind of change at the bank.
    #[must_use]
    pub fn bank_writes_off() -> Self {
        let detail =
            "This deployment does not make this kind of change at bunq. Its operator permits it with BANK_WRITES.";
        Self::new(StatusCode::FORBIDDEN, Code::BankWritesOff, Action::ContactSupport, detail)
    }

    /// A part of the request is invalid.
    #[must_use]
    pub fn invalid(place: Place<'_>, detail: &str) -> Self {
        let mut reasons = Reasons::default();
        reasons.push(place, detail);
        Self::invalid_fields(reasons)
    }

    /// The query as a whole is invalid, not one of its parameters.
    #[must_use]
    pub fn invalid_query(detail: &str) -> Self {
        Self::invalid_request(format!("the query {detail}"))
    }

    fn invalid_request(detail: String) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRequest, Action::FixRequest, detail)
    }

    /// These parts of the request are invalid.
    #[must_use]
    pub fn invalid_fields(reasons: Reasons) -> Self {
        let detail = if let [reason] = reasons.as_slice() {
            reason.to_string()
        } else if reasons.is_cut() {
            format!("The request is invalid in {} places; see `errors` for the first.", reasons.total())
        } else {
            "The request is invalid; see `errors` for details.".to_owned()
        };
        Self { errors: reasons, ..Self::invalid_request(detail) }
    }

    /// The bank's answer cannot be parsed.
    #[must_use]
    pub fn bank_not_understood() -> Self {
        let detail = "bunq's answer is not understood.";
        Self::new(StatusCode::BAD_GATEWAY, Code::BankUnavailable, Action::ContactBunq, detail)
    }

    /// The bank's pages of a listing do not lead on: the next page is not older than the pages that were read.
    #[must_use]
    pub fn bank_pages_astray() -> Self {
        let detail = "bunq's pages do not lead on: the next one is not older than what was read.";
        Self::new(StatusCode::BAD_GATEWAY, Code::BankUnavailable, Action::ContactBunq, detail)
    }

    /// The bank's answer is too large for this API to pass on.
    #[must_use]
    pub fn answer_too_large() -> Self {
        let detail = "bunq's answer is too large to pass on. Ask for fewer elements with `count`.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::AnswerTooLarge, Action::FixRequest, detail)
    }

    /// The route does not exist.
    #[must_use]
    pub fn route_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::RouteNotFound, Action::FixRequest, "There is no such route.")
    }

    /// The route does not support the method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let detail = "The route does not have this method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, Action::FixRequest, detail)
    }

    /// A prefetch or HEAD request for an address that works only once.
    #[must_use]
    pub fn looks_ahead() -> Self {
        let detail =
            "A prefetch or HEAD request does nothing at this address. Open it when the customer follows the link.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::NotPrefetched, Action::Retry, detail)
    }

    /// The consent does not exist.
    #[must_use]
    pub fn no_such_consent() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::ConsentNotFound, Action::FixRequest, "There is no such consent.")
    }

    /// This API or the deployment has an internal error.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "Something went wrong here. The log has more under the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError, Action::ContactSupport, detail)
    }

    pub(in crate::http) fn store_unavailable() -> Self {
        let detail = "The deployment's own store cannot be reached.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::StoreUnavailable, Action::Wait, detail).after(SHORT_WAIT)
    }
}
