//! The crate through its public API: pure functions, and receivers on this machine that behave well and badly.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod addresses;
mod endpoint;
mod health;
mod outcome;
mod receiver;
mod resolver;
mod schedule;
mod sender;
mod signatures;
mod strangers;
