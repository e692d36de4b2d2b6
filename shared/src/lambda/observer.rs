//! What metrics and audit lines learn of each call to the bank.

use std::time::Duration;

use crate::{
    bunq::{BankError, Observer},
    telemetry::{
        Metric,
        audit::{Fact, note},
        count, latency,
    },
};

/// Counts failures of the bank, measures its answers, and notes its response ids for the audit line of the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct BankCalls;

impl Observer for BankCalls {
    fn answered(&self, response_id: &str) {
        note(Fact::BankAnswer(response_id.to_owned()));
    }

    fn took(&self, time: Duration) {
        latency(Metric::BankLatency, time);
    }

    fn failed(&self, _: &BankError) {
        count(Metric::BankFailures);
    }

    fn garbled(&self) {
        count(Metric::BankAnswersGarbled);
    }
}
