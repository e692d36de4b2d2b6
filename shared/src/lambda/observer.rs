//! What metrics and audit lines learn of each call to the bank.

use crate::{
    bunq::{BankError, Observer},
    telemetry::{
        Metric,
        audit::{Fact, note},
        count,
    },
};

/// Counts failures of the bank, and notes the bank's response ids for the audit line of the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct BankCalls;

impl Observer for BankCalls {
    fn answered(&self, response_id: &str) {
        note(Fact::BankAnswer(response_id.to_owned()));
    }

    fn failed(&self, _: &BankError) {
        count(Metric::BankFailures);
    }

    fn garbled(&self) {
        count(Metric::BankAnswersGarbled);
    }
}
