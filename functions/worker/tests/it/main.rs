//! What callbacks of the bank lead to, through the door for callbacks and the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod busy;
mod events;
mod fixture;
mod gone;
mod many;
mod not_yet;
mod polls;
mod search;
mod secrecy;
mod sender;
mod stops;
mod unreported;
