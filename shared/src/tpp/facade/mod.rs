//! The public side of this module: one object that passes each request to its service.

mod consents;
mod customers;
mod deployment;
mod tpp;

pub use tpp::Tpp;
