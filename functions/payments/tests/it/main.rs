//! Reading and starting payments through the public HTTP interface.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod bodies;
mod encodings;
mod exports;
mod fixture;
mod foreign;
mod odd_lists;
mod once;
mod orders;
mod reading;
mod sealed;
mod storms;
mod sync;
mod transactions;
mod values;
mod workspaces;
