//! Maps errors of consents and claims to problems.

use super::refused_us;
use crate::{
    bunq::BankError,
    http::problem::{Action, Code, Problem},
    store::{AttemptRefused, ConsentFailure, TicketRefused},
    tpp::{ClaimError, ConsentError, StartError, TppError},
};

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Refused(AttemptRefused::Unknown) => {
                Self::new(Code::StateInvalid, "The state is not one of ours, or was made more than an hour ago.")
            }
            ConsentError::Refused(AttemptRefused::TooLate) => {
                Self::new(Code::StateExpired, "The customer came back later than ten minutes after `/auth`.")
            }
            ConsentError::Refused(AttemptRefused::OtherBrowser) => Self::new(
                Code::OtherBrowser,
                "The consent was begun in another browser, or this browser did not keep the cookie.",
            ),
            ConsentError::Failed(ConsentFailure::CodeRefused) => {
                Self::new(Code::CodeRefused, "bunq does not take the authorization code.")
            }
            ConsentError::Denied => Self::new(Code::ConsentDenied, "The customer did not consent."),
            ConsentError::Failed(ConsentFailure::BankRefused) => {
                Self::new(Code::ConsentFailed, "bunq sent the customer back with an error.")
            }
            ConsentError::Failed(ConsentFailure::WrongCustomer) => {
                Self::new(Code::WrongCustomer, "Another bunq customer consented than the one that the consent is for.")
            }
            ConsentError::Failed(ConsentFailure::Withdrawn) => {
                Self::new(Code::TicketWithdrawn, "The consent was withdrawn.")
            }
            ConsentError::Failed(ConsentFailure::CodeLost) => {
                Self::new(Code::BankUnavailable, "bunq's answer to the authorization code was lost.")
                    .doing(Action::Reauthorise)
            }
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
            // So the codes that ask to wait or to try again do not fit.
            ConsentError::Exchange(error) if !error.certainly_not_executed() => {
                let lost: Self = error.into();
                let problem = Self::new(Code::BankUnavailable, lost.detail).doing(Action::Reauthorise);
                Self { errors: lost.errors, bunq_response_id: lost.bunq_response_id, ..problem }
            }
            ConsentError::Exchange(error) => error.into(),
            ConsentError::Tpp(error) => error.into(),
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let (code, detail) = match error {
            StartError::TicketMissing => {
                (Code::TicketMissing, "A consent begins at the `url` that POST /consents answers.")
            }
            StartError::Refused(TicketRefused::Unknown) => (Code::TicketInvalid, "The ticket is unknown."),
            StartError::Refused(TicketRefused::Expired) => (Code::TicketExpired, "The ticket is too old."),
            StartError::Refused(TicketRefused::Used) => {
                (Code::TicketUsed, "The ticket was used: the customer has given the consent.")
            }
            StartError::Refused(TicketRefused::Withdrawn) => (Code::TicketWithdrawn, "The consent was withdrawn."),
            StartError::Refused(TicketRefused::OtherBrowser) => {
                (Code::OtherBrowser, "The ticket was opened in another browser, or this one did not keep the cookie.")
            }
            StartError::Tpp(error) => return error.into(),
        };
        Self::new(code, detail)
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        let (code, detail) = match error {
            ClaimError::NotFound => return Self::no_such_consent(),
            ClaimError::NotPending => (Code::ConsentNotPending, "A customer has opened the consent already."),
            ClaimError::NotClaimable => {
                (Code::ConsentNotClaimable, "No customer has given this consent, so there is nothing to claim.")
            }
            ClaimError::AlreadyClaimed => (
                Code::AlreadyClaimed,
                "The consent was claimed, or needed no claim. GET /consents/{consent_id} names the connection.",
            ),
            ClaimError::Expired => (
                Code::ClaimExpired,
                "Nobody claimed the consent within ten minutes, so what the customer gave is erased.",
            ),
            ClaimError::ProofInvalid => {
                (Code::ProofInvalid, "The proof is not the one that the customer's browser brought back.")
            }
            ClaimError::WrongCustomer => return ConsentError::Failed(ConsentFailure::WrongCustomer).into(),
            ClaimError::Tpp(error) => return error.into(),
        };
        Self::new(code, detail)
    }
}
