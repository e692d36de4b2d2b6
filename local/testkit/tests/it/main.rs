//! Rules for the whole project: its layers, its sizes, and that no secret leaves it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod access;
mod audit;
mod causes;
mod edge;
mod house;
mod named_tests;
mod operations;
mod secrecy;
mod slow;
mod sources;
mod table;
