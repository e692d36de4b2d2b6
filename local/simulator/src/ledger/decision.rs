//! The decision of a customer about a draft, a request or an issuer transaction, and why it may fail.

use serde::Deserialize;

use crate::wire::refusal::UnrecordedError;

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Accept,
    Reject,
}

impl Decision {
    /// Reads the value that a form sends.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "accept" => Some(Self::Accept),
            "reject" => Some(Self::Reject),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum DecisionError {
    #[error("the bank has no such {thing} with id {id}.")]
    Unknown { thing: &'static str, id: u64 },
    #[error("it waits no longer: it is {status}.")]
    NotPending { status: &'static str },
    #[error("the account holds too little for this.")]
    TooLittle,
    #[error("an account cannot pay itself.")]
    Itself,
}

impl UnrecordedError for DecisionError {}

/// Checks that an object is still pending.
///
/// # Errors
///
/// When `status` is not `PENDING`.
pub(crate) fn check_pending(status: &'static str) -> Result<(), DecisionError> {
    match status {
        "PENDING" => Ok(()),
        status => Err(DecisionError::NotPending { status }),
    }
}
