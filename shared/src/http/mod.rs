//! What every function does around its handlers: the caller's key, the problem format, request ids, deadlines.

mod auth;
mod connected_user;
mod layers;
mod openapi;
mod problem;
mod verified;

pub use auth::{Accounts, Admin, Caller, Credentials, Payments, Psd2, RequiredScope};
pub use connected_user::{ConnectedUser, path_parameter};
pub use layers::{RequestId, service};
pub use openapi::base;
pub use problem::{Action, Code, Problem, Reason};
pub use verified::BankAnswer;

use crate::tpp::Tpp;

/// What handlers have at hand.
#[derive(Clone, Debug)]
pub struct App {
    /// The deployment at work.
    pub tpp: Tpp,
}
