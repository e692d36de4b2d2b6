//! Which error is which problem: the one file that chooses an HTTP status.

use std::time::Duration;

use http::StatusCode;

use super::{Action, Code, Problem, Reasons};
use crate::{
    bunq::{BankError, Refusal},
    secrets::SecretsError,
    store::{AttemptRefused, StoreError, TicketRefused},
    tpp::{AccessError, ClaimError, ConsentError, OnboardingError, StartError, TppError},
};

/// How long to wait where nobody says.
const SHORT_WAIT: Duration = Duration::from_secs(5);
/// How long maintenance takes at the least.
const LONG_WAIT: Duration = Duration::from_secs(60);

impl Problem {
    /// The request shows no key.
    #[must_use]
    pub fn api_key_missing() -> Self {
        let detail = "This route needs one header `Authorization: Bearer <API key>`.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyMissing, Action::FixRequest, detail)
    }

    /// The request shows a key that is none.
    #[must_use]
    pub fn api_key_invalid() -> Self {
        let detail = "The API key is unknown, was revoked or has expired.";
        Self::new(StatusCode::UNAUTHORIZED, Code::ApiKeyInvalid, Action::FixRequest, detail)
    }

    /// A part of the request cannot be.
    #[must_use]
    pub fn invalid(pointer: &str, detail: &str) -> Self {
        let mut reasons = Reasons::default();
        reasons.push(Some(pointer), detail);
        let detail = reasons.as_slice().iter().map(|reason| format!("{pointer} {}", reason.detail)).collect::<String>();
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRequest, Action::FixRequest, detail);
        Self { errors: reasons, ..problem }
    }

    /// Several parts of the request cannot be.
    #[must_use]
    pub fn invalid_fields(reasons: Reasons) -> Self {
        let detail = if reasons.is_cut() {
            format!("The request is invalid in {} places; see `errors` for the first.", reasons.total())
        } else {
            "The request is invalid; see `errors` for details.".to_owned()
        };
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRequest, Action::FixRequest, detail);
        Self { errors: reasons, ..problem }
    }

    /// The bank's answer is not understood.
    #[must_use]
    pub fn bank_not_understood() -> Self {
        let detail = "bunq's answer is not understood.";
        Self::new(StatusCode::BAD_GATEWAY, Code::BankUnavailable, Action::ContactBunq, detail)
    }

    /// The pages of a listing of the bank's do not lead on from one another.
    #[must_use]
    pub fn bank_pages_astray() -> Self {
        let detail = "bunq's pages do not lead on: the next one is not older than what was read.";
        Self::new(StatusCode::BAD_GATEWAY, Code::BankUnavailable, Action::ContactBunq, detail)
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

    /// The request only looks ahead, at an address that works once.
    #[must_use]
    pub fn looks_ahead() -> Self {
        let detail =
            "A prefetch or HEAD request does nothing at this address. Open it when the customer follows the link.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::NotPrefetched, Action::Retry, detail)
    }

    /// There is no such consent.
    #[must_use]
    pub fn no_such_consent() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::ConsentNotFound, Action::FixRequest, "There is no such consent.")
    }

    /// A mistake of ours.
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
        let mut texts = Reasons::default();
        refusal.texts.iter().for_each(|text| texts.push(None, &text.error_description));
        Self { errors: texts, ..Self::new(status, Code::BankRefused, action, "bunq refused the call.") }
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
            BankError::Undecodable { .. } | BankError::TooLarge => Self::bank_not_understood(),
            BankError::Failed(_) | BankError::Unreachable(_) | BankError::Interrupted(_) => {
                bad_gateway(Code::BankUnavailable, Action::Retry, "bunq failed or could not be reached.")
            }
            BankError::Timeout | BankError::TooLate => {
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
            TppError::IpNotPermitted { address } => {
                let from = address.map_or_else(|| "this deployment's address".to_owned(), |address| address.to_string());
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    Code::IpNotPermitted,
                    Action::FixRequest,
                    format!(
                        "bunq does not take our key from {from}. Permit it with POST /credential-password-ip/{{id}}/ip from an \
                         address that is still permitted, or in bunq's portal; so add a new address before you leave the old one."
                    ),
                )
            }
            TppError::NotOnboarded => Self::new(
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
            TppError::RequestInFlight(wait) => Self::new(
                StatusCode::CONFLICT,
                Code::RequestInFlight,
                Action::Wait,
                "The same request is under way. Come back for its answer with the same Idempotency-Key.",
            )
            .after(wait),
            TppError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::IdempotencyKeyReused,
                Action::FixRequest,
                "This Idempotency-Key was used for another request.",
            ),
            TppError::OutcomeUnknown(wait) => Self::new(
                StatusCode::BAD_GATEWAY,
                Code::OutcomeUnknown,
                Action::Wait,
                "It is not known whether bunq did it. Send the same request again with the same Idempotency-Key: it is done at most once.",
            )
            .after(wait),
            TppError::SessionPending => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                Code::SessionPending,
                Action::Wait,
                "A session with bunq is being opened.",
            )
            .after(SHORT_WAIT),
            TppError::Bank(error) | TppError::Session(error) => error.into(),
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
            ConsentError::Refused(AttemptRefused::Unknown) => {
                unprocessable(Code::StateInvalid, "The state is not one of ours, or was made more than an hour ago.")
            }
            ConsentError::Refused(AttemptRefused::TooLate) => {
                unprocessable(Code::StateExpired, "The customer came back later than ten minutes after `/auth`.")
            }
            ConsentError::Refused(AttemptRefused::OtherBrowser) => unprocessable(
                Code::OtherBrowser,
                "The consent was begun in another browser, or this browser did not keep the cookie.",
            ),
            ConsentError::CodeRefused => unprocessable(Code::CodeRefused, "bunq does not take the authorization code."),
            ConsentError::Denied => Self::new(
                StatusCode::FORBIDDEN,
                Code::ConsentDenied,
                Action::Reauthorise,
                "The customer did not consent.",
            ),
            ConsentError::BankRefused => Self::new(
                StatusCode::BAD_GATEWAY,
                Code::ConsentFailed,
                Action::Reauthorise,
                "bunq sent the customer back with an error.",
            ),
            ConsentError::WrongCustomer => Self::new(
                StatusCode::FORBIDDEN,
                Code::WrongCustomer,
                Action::Reauthorise,
                "Another bunq customer consented than the one that the consent is for.",
            ),
            ConsentError::Withdrawn => unprocessable(Code::TicketWithdrawn, "The consent was withdrawn."),
            ConsentError::CodeLost => Self::new(
                StatusCode::BAD_GATEWAY,
                Code::BankUnavailable,
                Action::Reauthorise,
                "bunq's answer to the authorization code was lost.",
            ),
            ConsentError::ClientRefused => {
                tracing::error!("bunq does not take the OAuth client or its callback URL");
                Self::internal()
            }
            // A code works once: where it may have been used, only a new consent helps, whatever the bank's trouble is.
            ConsentError::Exchange(error) if !error.certainly_not_executed() => {
                Self { action: Action::Reauthorise, retry_after: None, ..error.into() }
            }
            ConsentError::Exchange(error) => error.into(),
            ConsentError::Tpp(error) => error.into(),
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let refused =
            |code, detail: &str| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, Action::Reauthorise, detail);
        match error {
            StartError::TicketMissing => Self::new(
                StatusCode::FORBIDDEN,
                Code::TicketMissing,
                Action::FixRequest,
                "A consent begins at the `url` that POST /consents answers.",
            ),
            StartError::Refused(TicketRefused::Unknown) => refused(Code::TicketInvalid, "The ticket is unknown."),
            StartError::Refused(TicketRefused::Expired) => refused(Code::TicketExpired, "The ticket is too old."),
            StartError::Refused(TicketRefused::Used) => {
                refused(Code::TicketUsed, "The ticket was used: the customer has given the consent.")
            }
            StartError::Refused(TicketRefused::Withdrawn) => {
                refused(Code::TicketWithdrawn, "The consent was withdrawn.")
            }
            StartError::Refused(TicketRefused::OtherBrowser) => refused(
                Code::OtherBrowser,
                "The ticket was opened in another browser, or this one did not keep the cookie.",
            ),
            StartError::Tpp(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        let conflict = |code, action, detail: &str| Self::new(StatusCode::CONFLICT, code, action, detail);
        match error {
            ClaimError::NotFound => Self::no_such_consent(),
            ClaimError::NotPending => {
                conflict(Code::ConsentNotPending, Action::FixRequest, "A customer has opened the consent already.")
            }
            ClaimError::NotClaimable => conflict(
                Code::ConsentNotClaimable,
                Action::FixRequest,
                "No customer has given this consent, so there is nothing to claim.",
            ),
            ClaimError::AlreadyClaimed => conflict(
                Code::AlreadyClaimed,
                Action::FixRequest,
                "The consent was claimed, or needed no claim. GET /consents/{consent_id} names the connection.",
            ),
            ClaimError::Expired => conflict(
                Code::ClaimExpired,
                Action::Reauthorise,
                "Nobody claimed the consent within ten minutes, so what the customer gave is erased.",
            ),
            ClaimError::ProofInvalid => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::ProofInvalid,
                Action::FixRequest,
                "The proof is not the one that the customer's browser brought back.",
            ),
            ClaimError::WrongCustomer => ConsentError::WrongCustomer.into(),
            ClaimError::Tpp(error) => error.into(),
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
