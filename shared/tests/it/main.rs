//! The shared crate through its public door, without AWS and without a bank: what is pure, and what guards secrets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod cache;
mod config;
mod connection_values;
mod deadline;
mod debug;
mod ids;
mod sealing;
mod secrets;
mod telemetry;
mod text;
