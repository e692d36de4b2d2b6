//! The parameter of the pay page, and the errors of a payment.

use crate::ledger::decision::DecisionError;

/// The parameter that names a transaction.
pub(crate) const TRANSACTION: &str = "transactionId";

/// Why a transaction is not paid, or not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PayError {
    #[error("The bank knows no such payment.")]
    Unknown,
    #[error("The form names no customer, none of this customer's bank accounts, or no decision.")]
    Incomplete,
    #[error("This payment waits no longer: it is {status}.")]
    Over { status: &'static str },
    #[error("It cannot be paid: {0}")]
    Decision(DecisionError),
}

impl PayError {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Unknown => 404,
            Self::Incomplete => 400,
            Self::Over { .. } => 410,
            Self::Decision(_) => 409,
        }
    }
}

impl From<DecisionError> for PayError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Unknown { .. } => Self::Unknown,
            DecisionError::NotPending { status } => Self::Over { status },
            DecisionError::TooLittle | DecisionError::Itself => Self::Decision(error),
        }
    }
}
