//! Creates the problems that handlers choose themselves, because no error type represents them.

use std::time::Duration;

use crate::http::problem::{Action, Code, Place, Problem, Reasons};

/// The default wait before a retry.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(5);

impl Problem {
    /// The request has no API key.
    #[must_use]
    pub fn api_key_missing() -> Self {
        Self::new(Code::ApiKeyMissing, "This route needs one header `Authorization: Bearer <API key>`.")
    }

    /// The API key is invalid.
    #[must_use]
    pub fn api_key_invalid() -> Self {
        Self::new(Code::ApiKeyInvalid, "The API key is unknown, was revoked or has expired.")
    }

    /// The deployment does not permit this kind of change at the bank.
    #[must_use]
    pub fn bank_writes_off() -> Self {
        let detail =
            "This deployment does not make this kind of change at bunq. Its operator permits it with BANK_WRITES.";
        Self::new(Code::BankWritesOff, detail)
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
        Self::new(Code::InvalidRequest, format!("the query {detail}"))
    }

    /// The cursor cannot be used here.
    #[must_use]
    pub fn cursor_invalid() -> Self {
        Self::new(Code::CursorInvalid, "The cursor does not belong to this list. Start again without one.")
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
        Self { errors: reasons, ..Self::new(Code::InvalidRequest, detail) }
    }

    /// The bank's answer cannot be parsed.
    #[must_use]
    pub fn bank_not_understood() -> Self {
        Self::new(Code::BankUnavailable, "bunq's answer is not understood.").doing(Action::ContactBunq)
    }

    /// The bank does not show the balance of an account, which a statement must have.
    #[must_use]
    pub fn balance_unknown() -> Self {
        let detail =
            "bunq does not show the balance of this account, and a statement must have one. Ask for JSON or CSV.";
        Self::new(Code::BankUnavailable, detail).doing(Action::FixRequest)
    }

    /// There is no such transaction in the account.
    #[must_use]
    pub fn transaction_not_found() -> Self {
        Self::new(Code::TransactionNotFound, "The account has no such transaction.")
    }

    /// The bank's pages of a listing do not lead on: the next page is not older than the pages that were read, or the
    /// page has no links, or leaves out what the bank has listed before.
    #[must_use]
    pub fn bank_pages_astray() -> Self {
        let detail = "bunq's pages do not lead on: a page does not begin below the one before, has no links, or leaves out what bunq listed before.";
        Self::new(Code::BankUnavailable, detail).doing(Action::ContactBunq)
    }

    /// The bank's answer is too large for this API to pass on.
    #[must_use]
    pub fn answer_too_large() -> Self {
        Self::new(Code::AnswerTooLarge, "bunq's answer is too large to pass on. Ask for fewer elements with `count`.")
    }

    /// The route does not exist.
    #[must_use]
    pub fn route_not_found() -> Self {
        Self::new(Code::RouteNotFound, "There is no such route.")
    }

    /// The body of a callback is too large.
    #[must_use]
    pub fn body_too_large() -> Self {
        Self::new(Code::BodyTooLarge, "The body has more than 256 KiB.")
    }

    /// The callback did not come from the bank.
    #[must_use]
    pub fn source_not_permitted() -> Self {
        Self::new(Code::SourceNotPermitted, "Callbacks are accepted from bunq's addresses only.")
    }

    /// The route does not support the method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(Code::MethodNotAllowed, "The route does not have this method.")
    }

    /// A prefetch or HEAD request for an address that works only once.
    #[must_use]
    pub fn looks_ahead() -> Self {
        let detail =
            "A prefetch or HEAD request does nothing at this address. Open it when the customer follows the link.";
        Self::new(Code::NotPrefetched, detail)
    }

    /// The consent does not exist.
    #[must_use]
    pub fn no_such_consent() -> Self {
        Self::new(Code::ConsentNotFound, "There is no such consent.")
    }

    /// This API or the deployment has an internal error.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Code::InternalError, "Something went wrong here. The log has more under the request id.")
    }

    /// The process handles too many requests at once. This one was not begun.
    pub(in crate::http) fn overloaded() -> Self {
        let detail = "This deployment handles too many requests at once.";
        Self::new(Code::Overloaded, detail).after(Duration::from_secs(1))
    }

    pub(in crate::http) fn store_unavailable() -> Self {
        Self::new(Code::StoreUnavailable, "The deployment's own store cannot be reached.").after(SHORT_WAIT)
    }
}
