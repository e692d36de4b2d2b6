//! How a customer connects, through the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod browsers;
mod consent;
mod lambda;
mod pages;
mod tickets;
