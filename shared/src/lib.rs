//! What every function needs: the store, the secrets, the logic that joins them with the bank, and the HTTP around it.
//! The client of the bank is a crate of its own, [`bunq`].
//!
//! The modules are layers. Each imports only lower layers; `.ci/modules/check` checks this:
//!
//! | layer | modules | what they know |
//! |---|---|---|
//! | 4 | [`lambda`] | how a Lambda function starts |
//! | 3 | [`http`] | axum: extractors, middleware, problems |
//! | 2 | [`tpp`] | the logic of a third-party provider |
//! | 1 | [`store`], [`secrets`], [`queue`], [`event_bus`], [`transport`] | one outside system each, and not each other |
//! | 0 | [`types`], [`config`], [`telemetry`] | nothing else of this crate |
//!
//! Without the default feature `aws` the crate has neither the store and the secrets nor what is built on them, and it
//! does not compile AWS's SDKs. A function that only serves pages needs no more.

#![cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only deployments use all of the HTTP layer"))]

pub use bunq_client as bunq;

pub mod config;
#[cfg(feature = "aws")]
pub mod event_bus;
pub mod http;
pub mod lambda;
#[cfg(feature = "aws")]
pub mod queue;
#[cfg(feature = "aws")]
pub mod secrets;
#[cfg(feature = "aws")]
pub mod store;
pub mod telemetry;
#[cfg(feature = "aws")]
pub mod tpp;
#[cfg(feature = "aws")]
pub mod transport;
pub mod types;
