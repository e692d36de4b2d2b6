//! Payments read and started, through the public door.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod bodies;
mod encodings;
mod fixture;
mod foreign;
mod odd_lists;
mod once;
mod orders;
mod reading;
mod sealed;
mod storms;
mod values;
mod workspaces;
