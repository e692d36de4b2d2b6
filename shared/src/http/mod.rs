//! The HTTP layer that all functions share: authentication, the problem format, request ids, deadlines and schemas.

mod accept;
mod audit;
mod beside;
mod layers;
mod limits;
mod matched;
pub mod openapi;
mod operation;
mod operations;
mod problem;
mod query;
mod routes;

pub use accept::preferred;
pub use audit::EndedWith;
pub use layers::{Deployed, RequestDeadline, RequestId, service};
pub use limits::PRIORITY;
#[doc(hidden)]
pub use pastey::paste;
pub use problem::{Action, Affects, Code, Place, Problem, Reason, Reasons};
pub use query::{Parameters, QueryParameters};
#[doc(hidden)]
pub use routes::{methods, tagged};

pub use crate::routes;

#[cfg(feature = "aws")]
mod answers;
#[cfg(feature = "aws")]
mod app;
#[cfg(feature = "aws")]
mod auth;
#[cfg(feature = "aws")]
pub mod body;
#[cfg(feature = "aws")]
mod callback;
#[cfg(feature = "aws")]
mod customer;
#[cfg(feature = "aws")]
mod idempotency;
#[cfg(feature = "aws")]
mod order_list;
#[cfg(feature = "aws")]
pub mod prelude;
#[cfg(feature = "aws")]
mod session;

#[cfg(feature = "aws")]
pub use {
    answers::{BankAnswer, LinkHeader, Size, created_response, json, links, listing, next_link, part_of},
    app::App,
    auth::{
        AccountWritesScope, AccountsScope, Caller, ConnectionsScope, CredentialsScope, EventsScope, PaymentsScope,
        Psd2Scope, RequiredScope,
    },
    body::{Body, BodyField, FieldGroup, Fields, JsonBody, NamedSchemas, Shape},
    callback::BankCallback,
    customer::CUSTOMER_ADDRESS,
    idempotency::IdempotencyHeader,
    order_list::{OrderFilter, OrderStatus, RawElement, list_orders},
    session::{ConnectedUser, Holder, OwnSession, PathId},
};
