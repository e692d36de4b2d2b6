//! The HTTP layer that all functions share: authentication, the problem format, request ids, deadlines and schemas.

mod audit;
mod auth;
pub mod body;
mod created;
mod idempotency;
mod layers;
mod links;
mod listing;
pub mod openapi;
mod operation;
mod operations;
mod order_list;
mod problem;
mod query;
mod routes;
mod session;
mod verified;

use std::sync::Arc;

pub use audit::EndedWith;
pub use auth::{Accounts, Caller, Connections, Credentials, Payments, Psd2, RequiredScope};
pub use body::{Body, BodyField, FieldGroup, Fields, Form, JsonBody, NamedSchemas, Shape};
pub use created::created_response;
pub use idempotency::IdempotencyHeader;
pub use layers::{Deployed, RequestDeadline, RequestId, service};
pub use links::links;
pub use listing::{LARGEST_ANSWER, listing};
pub use openapi::document;
pub use order_list::{Element, OrderFilter, OrderStatus, list_orders};
#[doc(hidden)]
pub use pastey::paste;
pub use problem::{Action, Affects, Code, Place, Problem, Reason, Reasons};
pub use query::{Parameters, QueryParameters};
#[doc(hidden)]
pub use routes::methods;
pub use session::{ConnectedUser, Holder, OwnSession, PathId};
pub use verified::BankAnswer;

pub use crate::routes;
use crate::tpp::Tpp;

/// The state of the routers that serve a deployment.
#[derive(Clone, Debug)]
pub struct App {
    /// The services of the deployment.
    pub tpp: Arc<Tpp>,
}
