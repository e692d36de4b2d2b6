//! Why an export could not be made.

use std::io;

/// An export could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Neither a transaction nor the caller has a balance, and a statement without one is not valid.
    #[error("no balance of the account is known")]
    NoBalance,
    /// The text could not be written. Memory is the only target, so this has no known cause.
    #[error("an export could not be written")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}
