//! Tests of the public API of the shared crate that need neither AWS nor a bank: pure functions, and the protection of
//! secrets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod bookmark;
mod cache;
mod config;
mod connection_values;
mod deadline;
mod debug;
mod event;
mod ids;
mod sealing;
mod secrets;
mod telemetry;
mod text;
