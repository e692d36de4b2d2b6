//! The errors of consents.

use crate::{
    bunq::{BankError, TokenError},
    store::{AttemptRefused, ConsentEnd, ConsentFailure, StoreError, TicketRefused},
    tpp::error::{TppError, through_tpp_error},
};

/// A consent did not become a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The state is unknown or too old, or belongs to another browser.
    #[error("the state is not one that this browser can complete: {0:?}")]
    Refused(AttemptRefused),
    /// The customer refused.
    #[error("the customer did not consent")]
    Denied,
    /// The consent failed, and only a new one helps.
    #[error("the consent failed: {0:?}")]
    Failed(ConsentFailure),
    /// The exchange of the code failed.
    #[error("the code was not exchanged: {0}")]
    Exchange(#[source] BankError),
    /// Another error. What the customer gave is kept: the same address works again for ten minutes.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

impl ConsentError {
    /// Returns how the attempt ended, or `None` if the same address works again.
    pub(super) fn end(&self) -> Option<ConsentEnd> {
        let failed = |code| Some(ConsentEnd::Failed { code });
        match self {
            Self::Denied => Some(ConsentEnd::Denied),
            Self::Failed(code) => failed(*code),
            Self::Exchange(error) if !error.certainly_not_executed() => failed(ConsentFailure::CodeLost),
            Self::Tpp(TppError::ConsentRevoked) => failed(ConsentFailure::TokenRefused),
            Self::Tpp(TppError::ConnectedElsewhere) => failed(ConsentFailure::ConnectedElsewhere),
            Self::Tpp(TppError::TooManyReferences) => failed(ConsentFailure::TooManyReferences),
            Self::Refused(_) | Self::Exchange(_) => None,
            Self::Tpp(
                TppError::NotOnboarded
                | TppError::UnknownUser
                | TppError::ConsentExpired
                | TppError::TooManyUnattendedReads(_)
                | TppError::IpNotPermitted { .. }
                | TppError::AccessRefused
                | TppError::Forgotten
                | TppError::RequestInFlight(_)
                | TppError::Unsettled(_)
                | TppError::RefusedBefore(_)
                | TppError::KeyReused
                | TppError::OutcomeUnknown(_)
                | TppError::SessionPending
                | TppError::InstallationChanged
                | TppError::Session { .. }
                | TppError::Bank(_)
                | TppError::Store(_)
                | TppError::Secrets(_)
                | TppError::Queue(_)
                | TppError::Key(_)
                | TppError::Seal(_),
            ) => None,
        }
    }
}

/// A consent cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// This deployment begins consents only with a ticket from one of its API keys.
    #[error("a consent needs a ticket")]
    TicketMissing,
    /// The ticket is not valid.
    #[error("the ticket does not work: {0:?}")]
    Refused(TicketRefused),
    /// Another error.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

/// A consent cannot be read, withdrawn or claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The workspace has no such consent.
    #[error("there is no such consent")]
    NotFound,
    /// A browser has opened the consent.
    #[error("the consent is not pending")]
    NotPending,
    /// No customer has given the consent, or it needs no claim.
    #[error("the consent waits for no claim")]
    NotClaimable,
    /// The consent was already claimed.
    #[error("the consent is claimed")]
    AlreadyClaimed,
    /// The consent was not claimed in time.
    #[error("the consent was not claimed in time")]
    Expired,
    /// The proof is not the consent's proof.
    #[error("the proof is not the consent's")]
    ProofInvalid,
    /// The customer who consented is not the one whose connection the consent is for.
    #[error("the consent is another customer's")]
    WrongCustomer,
    /// Another error.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

impl From<TokenError> for ConsentError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::CodeRefused => Self::Failed(ConsentFailure::CodeRefused),
            TokenError::ClientRefused => Self::Failed(ConsentFailure::ClientRefused),
            TokenError::Bank(error) => Self::Exchange(error),
        }
    }
}

through_tpp_error!(ConsentError from StoreError);
through_tpp_error!(StartError from StoreError);
through_tpp_error!(ClaimError from StoreError);
