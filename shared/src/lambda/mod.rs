//! Starts and runs a Lambda function. A function starts once for many requests, so slow work is done at the start.

#[cfg(feature = "aws")]
mod deployment;
mod event;
#[cfg(feature = "aws")]
mod observer;
mod runtime;

#[cfg(feature = "aws")]
pub use deployment::{
    StartError, compose, serve, serve_callbacks, serve_direct, serve_queue, serve_schedule, serve_store,
};
pub use event::read_event;
pub use runtime::serve_public;
