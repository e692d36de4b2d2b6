//! Tests of the group through its public HTTP interface.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod bodies;
mod events;
mod fixture;
mod journey;
mod once;
mod orders;
mod processes;
mod reading;
mod unknown;
