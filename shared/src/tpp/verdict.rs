//! What is remembered about a session that was not opened.

use crate::{
    bunq::BankError,
    store::{SessionOwner, Verdict},
    tpp::error::TppError,
    types::deadline::Priority,
};

/// Returns what other processes learn about a session of an owner that was not opened.
pub(super) fn verdict(owner: SessionOwner, priority: Priority, error: &TppError) -> Verdict {
    match error {
        // Background work waits for no turn, and a customer is not told to wait for the TPP's own session.
        TppError::Session {
            owner: Some(of),
            error: BankError::RateLimited { wait, .. } | BankError::Busy { wait },
        } if *of == owner && priority > Priority::Background => Verdict::Busy(*wait),
        // An address can be permitted at any moment. A refused consent is recorded in its connection.
        _ => Verdict::Failed,
    }
}
