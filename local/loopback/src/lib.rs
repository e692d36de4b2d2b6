//! The server of the API, the embedded AWS and the simulated bank on a developer's machine.
//!
//! They listen on loopback, where every program and every page in the operator's browser can access them. This crate
//! protects all three in the same way: a request must be for a name of this machine, and must not come from a page of
//! another site ([`Hosts`]); it must also keep to the limits on time and size ([`Limits`]). The crate knows neither the
//! bank, nor AWS, nor our API.

mod hosts;
mod server;

pub use hosts::{Hosts, InvalidName, Name, Stranger};
pub use server::{Limits, serve};
