//! The shared crate through its public door, without AWS and without a bank: what is pure, and what guards secrets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod bank_error;
mod cache;
mod client;
mod config;
mod connection_values;
mod deadline;
mod debug;
mod envelope;
mod ids;
mod openssl;
mod redaction;
mod requests;
mod retry;
mod sealing;
mod secrets;
mod signing;
mod telemetry;
mod text;
mod user_element;
