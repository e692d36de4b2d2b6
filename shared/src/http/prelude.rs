//! What nearly every handler uses: the extractors and scopes, the answers, and the blocks of a description. For `use
//! shared::http::prelude::*`.

pub use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
pub use http::{HeaderValue, StatusCode, header};
pub use serde_json::json;

pub use super::{
    AccountWrites, Accounts, App, BankAnswer, Caller, ConnectedUser, Connections, Credentials, Holder,
    IdempotencyHeader, JsonBody, OwnSession, PathId, Payments, Place, Problem, Psd2, QueryParameters, RequestDeadline,
    RequestId, created_response, list_orders, listing,
    openapi::{schemas::*, *},
};
