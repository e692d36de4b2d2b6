//! Callbacks of the bank: the addresses to which it sends them, the hints that are made of them, and the events of what
//! the bank then shows.
//!
//! bunq signs no callback. So a callback is a hint and never data: what it may concern is read from the bank, and an
//! event tells of a version of an object that the bank has shown. A forged callback costs a read, and says nothing
//! untrue.

mod accounts;
mod batch;
mod canonical;
mod customer;
mod door;
mod payments;
mod read;
mod service;
mod target;
mod version;
mod visit;

pub use service::Callbacks;
