//! The errors of webhooks.

use webhooks::CryptoError;

use crate::{
    secrets::SecretsError,
    store::StoreError,
    tpp::error::{TppError, through_tpp_error},
    types::sealing::SealError,
};

/// A request about webhooks, or a run of deliveries, failed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The workspace has no such endpoint.
    #[error("there is no such endpoint")]
    NotFound,
    /// The workspace has the maximum number of endpoints.
    #[error("the workspace has too many endpoints")]
    TooMany,
    /// The workspace has no such event.
    #[error("there is no such event")]
    EventNotFound,
    /// The endpoint is disabled, so nothing can be sent to it.
    #[error("the endpoint is disabled")]
    Disabled,
    /// More events are to be sent again than one request may.
    #[error("there are too many events since that time")]
    TooManyEvents,
    /// Many events wait for a number, and the time was over before all had one.
    #[error("not all events have a number yet")]
    NotNumbered,
    /// The name of a receiver has no public address.
    #[error("the receiver has no public address")]
    RefusedAddress,
    /// A message cannot be signed or sent: the cryptography library or the HTTP client fails.
    #[error("a message cannot be signed or sent")]
    Unusable,
    /// Another error.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

impl From<CryptoError> for WebhookError {
    fn from(CryptoError: CryptoError) -> Self {
        Self::Unusable
    }
}

through_tpp_error!(WebhookError from StoreError, SecretsError, SealError);
