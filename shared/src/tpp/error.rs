//! What can go wrong on the way of a request.

use std::{net::Ipv4Addr, time::Duration};

use crate::{
    bunq::{BankError, KeyError, Refusal},
    secrets::SecretsError,
    store::{SessionOwner, StoreError},
    types::sealing::SealError,
};

/// The job was not done.
#[derive(Debug, thiserror::Error)]
pub enum TppError {
    /// Setup has not run to its end.
    #[error("this deployment is not onboarded")]
    NotOnboarded,
    /// There is no such connection.
    #[error("there is no such connection")]
    UnknownUser,
    /// The bank refuses to open a session with the customer's access token: the consent is gone.
    #[error("bunq refuses the customer's consent")]
    ConsentRevoked,
    /// The consent is older than 180 days, and the deployment does not use it any more.
    #[error("the customer's consent is older than 180 days")]
    ConsentExpired,
    /// The customer is connected in another workspace, and may be in one only.
    #[error("the customer is connected in another workspace")]
    ConnectedElsewhere,
    /// The connection has as many references as it may have.
    #[error("the connection has too many references")]
    TooManyReferences,
    /// The bank refuses the TPP's own key: it is called from an address that is not permitted, or the key was revoked.
    #[error("bunq refuses the TPP's own key")]
    IpNotPermitted {
        /// The address that the bank sees us from, where that is known.
        address: Option<Ipv4Addr>,
    },
    /// The bank refuses a customer's access token from an address that may not be permitted: either can be the cause.
    #[error("bunq refuses the customer's access token or our address")]
    AccessRefused,
    /// The bank no longer knows our installation: its sandbox was reset, for example.
    #[error("bunq no longer knows this deployment")]
    Forgotten,
    /// The same request is under way.
    #[error("the same request is under way")]
    RequestInFlight(Duration),
    /// The last try of the same request did not learn what became of it, and the bank may still be at work on it.
    #[error("the last try of the same request is not settled")]
    Unsettled(Duration),
    /// The bank has refused the same request before, and would again.
    #[error("bunq has refused the same request before")]
    RefusedBefore(Refusal),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Nobody knows whether the bank did it. Asking again after this long, under the same key, is safe.
    #[error("it is not known whether the bank did it")]
    OutcomeUnknown(Duration),
    /// Another container is still opening the session.
    #[error("a session is being opened")]
    SessionPending,
    /// The bank did not open a session: what was to be done in it was not asked for.
    #[error("no session: {error}")]
    Session {
        /// Whose it was to be; `None` for a customer who is about to connect.
        owner: Option<SessionOwner>,
        /// Why there is none.
        #[source]
        error: BankError,
    },
    /// The bank.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secrets.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// A key in a secret cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The sealing key cannot be used.
    #[error(transparent)]
    Seal(#[from] SealError),
}
