//! Maps errors of consents and claims to problems.

use http::StatusCode;

use super::refused_us;
use crate::{
    bunq::BankError,
    http::problem::{Action, Code, Problem},
    store::{AttemptRefused, ConsentFailure, TicketRefused},
    tpp::{ClaimError, ConsentError, StartError, TppError},
};

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
            ConsentError::Failed(ConsentFailure::CodeRefused) => {
                unprocessable(Code::CodeRefused, "bunq does not take the authorization code.")
            }
            ConsentError::Denied => Self::new(
                StatusCode::FORBIDDEN,
                Code::ConsentDenied,
                Action::Reauthorise,
                "The customer did not consent.",
            ),
            ConsentError::Failed(ConsentFailure::BankRefused) => Self::new(
                StatusCode::BAD_GATEWAY,
                Code::ConsentFailed,
                Action::Reauthorise,
                "bunq sent the customer back with an error.",
            ),
            ConsentError::Failed(ConsentFailure::WrongCustomer) => Self::new(
                StatusCode::FORBIDDEN,
                Code::WrongCustomer,
                Action::Reauthorise,
                "Another bunq customer consented than the one that the consent is for.",
            ),
            ConsentError::Failed(ConsentFailure::Withdrawn) => {
                unprocessable(Code::TicketWithdrawn, "The consent was withdrawn.")
            }
            ConsentError::Failed(ConsentFailure::CodeLost) => Self::new(
                StatusCode::BAD_GATEWAY,
                Code::BankUnavailable,
                Action::Reauthorise,
                "bunq's answer to the authorization code was lost.",
            ),
            ConsentError::Failed(ConsentFailure::ClientRefused) => {
                tracing::error!("bunq does not take the OAuth client or its callback URL");
                Self::internal()
            }
            ConsentError::Failed(ConsentFailure::TokenRefused) => TppError::ConsentRevoked.into(),
            ConsentError::Failed(ConsentFailure::ConnectedElsewhere) => TppError::ConnectedElsewhere.into(),
            ConsentError::Failed(ConsentFailure::TooManyReferences) => TppError::TooManyReferences.into(),
            ConsentError::Exchange(BankError::Refused(refusal)) => {
                refused_us(&refusal, "bunq does not exchange the authorization code.")
            }
            // A code works once. If the failed exchange may have used it, only a new consent helps, whatever the cause.
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
            ClaimError::WrongCustomer => ConsentError::Failed(ConsentFailure::WrongCustomer).into(),
            ClaimError::Tpp(error) => error.into(),
        }
    }
}
