//! A customer's consent: the OAuth authorization code flow (RFC 6749 section 4.1) as bunq has it, without scope or PKCE.

mod begin;
mod callback;
mod connect;

pub use begin::BeginConsent;
pub use callback::{CallbackParameters, Completed, ConsentAnswer};

use super::TppError;
use crate::{
    bunq::BankError,
    store::{AttemptRefused, ConsentEnd, ConsentFailure, StoreError},
};

/// A consent did not become a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The state cannot be completed.
    #[error("the state is not one that this browser can complete: {0:?}")]
    Refused(AttemptRefused),
    /// The customer said no.
    #[error("the customer did not consent")]
    Denied,
    /// The bank does not take the code.
    #[error("bunq does not take the authorization code")]
    CodeRefused,
    /// The bank does not take our OAuth client or its callback address.
    #[error("bunq does not take the OAuth client")]
    ClientRefused,
    /// The bank sent the browser back with an error of its own.
    #[error("bunq did not finish the consent")]
    BankRefused,
    /// The code was sent, but its answer was lost; this was found out later.
    #[error("the code was sent, and its answer was lost")]
    CodeLost,
    /// The exchange failed.
    #[error("the code was not exchanged: {0}")]
    Exchange(#[source] BankError),
    /// Anything else. What the customer gave is kept: the same address works again for ten minutes.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

impl ConsentError {
    /// How the attempt ended; `None` if the same address works again.
    fn end(&self) -> Option<ConsentEnd> {
        let failed = |code| Some(ConsentEnd::Failed { code });
        match self {
            Self::Denied => Some(ConsentEnd::Denied),
            Self::CodeRefused => failed(ConsentFailure::CodeRefused),
            Self::ClientRefused => failed(ConsentFailure::ClientRefused),
            Self::BankRefused => failed(ConsentFailure::BankRefused),
            Self::CodeLost => failed(ConsentFailure::CodeLost),
            Self::Exchange(error) if !error.certainly_not_executed() => failed(ConsentFailure::CodeLost),
            Self::Tpp(TppError::ConsentRevoked) => failed(ConsentFailure::TokenRefused),
            Self::Refused(_) | Self::Exchange(_) | Self::Tpp(_) => None,
        }
    }
}

impl From<ConsentFailure> for ConsentError {
    fn from(failure: ConsentFailure) -> Self {
        match failure {
            ConsentFailure::CodeRefused => Self::CodeRefused,
            ConsentFailure::CodeLost => Self::CodeLost,
            ConsentFailure::ClientRefused => Self::ClientRefused,
            ConsentFailure::TokenRefused => Self::Tpp(TppError::ConsentRevoked),
            ConsentFailure::BankRefused => Self::BankRefused,
        }
    }
}

impl From<StoreError> for ConsentError {
    fn from(error: StoreError) -> Self {
        Self::Tpp(error.into())
    }
}
