//! What every function does around its handlers: the caller's key, the problem format, request ids, deadlines.

mod audit;
mod auth;
pub mod body;
mod created;
mod idempotency;
mod known_parameters;
mod layers;
mod links;
mod listing;
pub mod openapi;
mod order_list;
mod problem;
mod query;
mod session;
mod verified;

pub use audit::EndedWith;
pub use auth::{Accounts, Caller, Connections, Credentials, Payments, Psd2, RequiredScope};
pub use body::{Body, BodyField, FieldGroup, Fields, Form, JsonBody, NamedSchemas, Shape};
pub use created::created;
pub use idempotency::IdempotencyHeader;
pub use layers::{Deployed, RequestDeadline, RequestId, service};
pub use links::links;
pub use listing::{LARGEST_ANSWER, listing};
pub use openapi::{base, document};
pub use order_list::{Element, OrderFilter, OrderStatus, list_orders};
pub use problem::{Action, Affects, Code, Place, Problem, Reason, Reasons};
pub use query::{Parameters, QueryParameters};
pub use session::{ConnectedUser, Holder, OwnSession, PathId};
pub use verified::BankAnswer;

use crate::tpp::Tpp;

/// What handlers have at hand.
#[derive(Clone, Debug)]
pub struct App {
    /// The deployment at work.
    pub tpp: Tpp,
}
