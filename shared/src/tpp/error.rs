//! The errors of a request.

use std::{net::Ipv4Addr, time::Duration};

use crate::{
    bunq::{BankError, KeyError, Refusal},
    queue::QueueError,
    secrets::SecretsError,
    store::{SessionOwner, StoreError},
    types::sealing::SealError,
};

/// A request failed.
#[derive(Debug, thiserror::Error)]
pub enum TppError {
    /// The setup has not been completed.
    #[error("this deployment is not onboarded")]
    NotOnboarded,
    /// The workspace has no such connection.
    #[error("there is no such connection")]
    UnknownUser,
    /// The bank refuses to open a session with the customer's access token: the consent has ended.
    #[error("bunq refuses the customer's consent")]
    ConsentRevoked,
    /// The consent is older than 180 days, and the deployment no longer uses it.
    #[error("the customer's consent is older than 180 days")]
    ConsentExpired,
    /// The customer is not present, and the same information was read too often in the last 24 hours. It can be read
    /// again after this time.
    #[error("the information was read too often without the customer")]
    TooManyUnattendedReads(Duration),
    /// The customer is connected in another workspace. Only one workspace is allowed.
    #[error("the customer is connected in another workspace")]
    ConnectedElsewhere,
    /// The connection has the maximum number of references.
    #[error("the connection has too many references")]
    TooManyReferences,
    /// The bank refuses the TPP's own key: it is called from an address that is not permitted, or the key was revoked.
    #[error("bunq refuses the TPP's own key")]
    IpNotPermitted {
        /// The address that the bank sees us from, if known.
        address: Option<Ipv4Addr>,
    },
    /// The bank refuses a customer's access token from an address that may not be permitted. Either can be the cause.
    #[error("bunq refuses the customer's access token or our address")]
    AccessRefused,
    /// The bank no longer knows our installation, for example because its sandbox was reset.
    #[error("bunq no longer knows this deployment")]
    Forgotten,
    /// The same request is in progress.
    #[error("the same request is under way")]
    RequestInFlight(Duration),
    /// The outcome of the last try of the same request is unknown, and the bank may still work on it.
    #[error("the last try of the same request is not settled")]
    Unsettled(Duration),
    /// The bank has refused the same request before, and would refuse it again.
    #[error("bunq has refused the same request before")]
    RefusedBefore(Refusal),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// It is unknown whether the bank executed the call. Retrying after this time, under the same key, is safe.
    #[error("it is not known whether the bank did it")]
    OutcomeUnknown(Duration),
    /// Another container is still opening the session.
    #[error("a session is being opened")]
    SessionPending,
    /// The bank did not open a session, so the call was not sent.
    #[error("no session: {error}")]
    Session {
        /// The owner of the session, or `None` for a customer who is about to connect.
        owner: Option<SessionOwner>,
        /// Why no session was opened.
        #[source]
        error: BankError,
    },
    /// The setup has made another installation since this request began. A retry uses it.
    #[error("this deployment has another installation now")]
    InstallationChanged,
    /// A call to the bank failed.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Secrets Manager failed, or a secret is invalid.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The queue of hints failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A key in a secret is invalid.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The sealing key is invalid.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl TppError {
    /// Returns whether the bank takes no call for a moment.
    pub(super) const fn is_busy(&self) -> bool {
        match self {
            Self::SessionPending => true,
            Self::Bank(error) | Self::Session { error, .. } => matches!(
                error,
                BankError::Busy { .. }
                    | BankError::RateLimited { .. }
                    | BankError::Maintenance { .. }
                    | BankError::TooLate
            ),
            _ => false,
        }
    }
}

/// Converts errors into one that has the variant `Tpp`.
macro_rules! through_tpp_error {
    ($outer:ident from $($error:ident),+) => {$(
        impl From<$error> for $outer {
            fn from(error: $error) -> Self {
                Self::Tpp(error.into())
            }
        }
    )+};
}
pub(super) use through_tpp_error;
