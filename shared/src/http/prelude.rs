//! What nearly every handler uses: the extractors and scopes, the answers, and the blocks of a description. For `use
//! shared::http::prelude::*`.

pub use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
pub use http::{HeaderValue, StatusCode, header};
pub use serde_json::json;

pub use crate::store::{Information, ReadPart};

pub use super::{
    AccountWritesScope, AccountsScope, App, BankAnswer, BankCallback, Caller, ConnectedUser, ConnectionsScope,
    CredentialsScope, EventsScope, Holder, IdempotencyHeader, JsonBody, OwnSession, PathId, PaymentsScope, Place,
    Problem, Psd2Scope, QueryParameters, RequestDeadline, RequestId, created_response, list_orders, listing,
    openapi::{schemas::*, *},
};
