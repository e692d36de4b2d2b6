//! The simulated bank, as a client on the other side of the socket sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod authorize;
mod client;
mod credential;
mod device_server;
mod faults;
mod fields;
mod installation;
mod oauth_client;
mod program;
mod rate_limits;
mod session;
mod setup;
mod signatures;
mod state_file;
mod switches;
mod token;
