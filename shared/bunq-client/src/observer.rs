//! Informs a program about each call, for its metrics and its audit log.

use std::{fmt::Debug, time::Duration};

use crate::error::BankError;

/// Is informed about calls while they are made. By default, every method does nothing.
pub trait Observer: Debug + Send + Sync {
    /// The bank answered. bunq's support asks for the response id.
    fn answered(&self, _response_id: &str) {}

    /// An attempt ended after this time, with an answer or without.
    fn took(&self, _time: Duration) {}

    /// An attempt failed at the bank or on the way: [`BankError::is_failure`] holds.
    fn failed(&self, _error: &BankError) {}

    /// An answer was unsigned, wrongly signed or not understood, and the read is tried once more.
    fn garbled(&self) {}
}

impl Observer for () {}
