//! What a customer decides about a draft or a request, and why that may fail.

use serde::Deserialize;

use crate::wire::refusal::Refusal;

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Accept,
    Reject,
}

impl Decision {
    /// As a form sends it.
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

impl From<DecisionError> for Refusal {
    fn from(error: DecisionError) -> Self {
        Self::unrecorded(400, error.to_string())
    }
}

/// Lets an object be decided that still waits.
///
/// # Errors
///
/// When its status is another one than `PENDING`.
pub(crate) fn check_pending(status: &'static str) -> Result<(), DecisionError> {
    match status {
        "PENDING" => Ok(()),
        status => Err(DecisionError::NotPending { status }),
    }
}
