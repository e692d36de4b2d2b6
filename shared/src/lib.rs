//! What every function needs: the bank on the wire, the store, the secrets, the job that joins them, and the HTTP around it.
//!
//! The modules are floors; each imports those below it only (`local/testkit` holds a test of that):
//!
//! | floor | modules | knows |
//! |---|---|---|
//! | 4 | [`lambda`] | how a Lambda function starts |
//! | 3 | [`http`] | axum: extractors, layers, problems |
//! | 2 | [`tpp`] | the job of a third-party provider |
//! | 1 | [`bunq`], [`store`], [`secrets`] | one outside system each, and not each other |
//! | 0 | [`types`], [`config`], [`telemetry`] | nothing |

pub use bunq_client as bunq;

pub mod config;
pub mod http;
pub mod lambda;
pub mod secrets;
pub mod store;
pub mod telemetry;
pub mod tpp;
pub mod types;
