//! The client through its public API: pure functions, and a bank that is a listener of the test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod accounts;
mod bank_error;
mod client;
mod envelope;
mod export;
mod notifications;
mod openssl;
mod redaction;
mod requests;
mod retry;
mod signing;
mod sync;
mod transactions;
mod user_element;
