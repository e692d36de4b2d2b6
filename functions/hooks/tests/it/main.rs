//! The door for callbacks, through the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod hints;
mod refusals;
mod secrecy;
