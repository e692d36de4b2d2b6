//! The probe of `bunq-client` against the simulated bank: it must find exactly what the settings say, and its report
//! must contain no secret.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

#[path = "../../../../shared/bunq-client/examples/probe/probe/mod.rs"]
mod probe;

mod bank;
mod coverage;
mod guards;
mod readings;
mod secrecy;
