//! Rules for the whole project: its layers, its sizes, and that no secret leaves it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    reason = "a failed expectation is a failed test; light is measured in floats"
)]

mod access;
mod audit;
mod causes;
mod docs;
mod edge;
mod house;
mod named_tests;
mod odd_items;
mod operations;
mod secrecy;
mod slow;
mod sources;
mod table;
mod turns;
