//! The program as a developer runs it: a process of its own, on free ports and in a folder of its own.

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
