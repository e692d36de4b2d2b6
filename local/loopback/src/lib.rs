//! The server that the API, the embedded AWS and the simulated bank run on a developer's machine.
//!
//! They listen on loopback, where every program and every page in the owner's browser can reach them. This crate holds
//! what protects all three alike: a request must be for a name of this machine and must not come from a page of another
//! site ([`Hosts`]), and it must arrive in time ([`Limits`]). It knows neither the bank, nor AWS, nor our API.

mod hosts;
mod server;

pub use hosts::{Hosts, InvalidName, Name, Stranger};
pub use server::{Limits, serve};
