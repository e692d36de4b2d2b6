//! Tests of the embedded AWS as the functions use it: through AWS's own clients, over its port.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml allows them in test functions, but not in what those call"
)]

mod client;
mod doors;
mod dynamodb;
mod erasure;
mod events;
mod faults;
mod indexes;
mod logs;
mod protocol;
mod queues;
mod secrets;
mod signatures;
mod start;
mod state;
mod switches;
