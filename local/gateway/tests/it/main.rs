//! Tests of the program as a developer runs it: in a separate process, on free ports, with its own state folder.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod browser;
mod erasure;
mod folder;
mod hosts;
mod process;
mod refusals;
mod restart;
mod start;
mod tasks;
mod terminal;
