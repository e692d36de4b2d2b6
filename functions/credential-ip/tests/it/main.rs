//! Tests of the group through its public HTTP interface.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod addresses;
mod egress;
mod fixture;
mod locked_out;
mod secrecy;
