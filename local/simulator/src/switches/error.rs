//! Errors of switches and their answers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::desk::faults::FaultError;
use crate::ledger::decision::DecisionError;
use crate::options::{CustomersError, CustomersErrorKind};

/// Why a switch refuses a request.
#[derive(Debug, thiserror::Error)]
pub(super) enum SwitchError {
    #[error("a switch takes JSON: send Content-Type: application/json")]
    NotJson,
    #[error("the body is not understood: {0}")]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error("no customer of this bank is called \"{0}\"")]
    UnknownCustomer(String),
    #[error("the bank has no issuer transaction \"{0}\"")]
    UnknownTransaction(String),
    #[error("the customer has no such account, or none that this bank holds")]
    NoSuchAccount,
    #[error("the account has no such payment")]
    NoSuchPayment,
    #[error("the bank has no such category, or refuses the target; see the setting callback_targets")]
    BadFilter,
    #[error("the bank has no such notification filter")]
    NoSuchFilter,
    #[error("the count must be from 1 to {0}")]
    BadCount(u64),
    #[error(transparent)]
    Customers(#[from] CustomersError),
    #[error("{0}")]
    Decision(#[from] DecisionError),
}

impl IntoResponse for SwitchError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(_)
            | Self::Fault(_)
            | Self::BadFilter
            | Self::BadCount(_)
            | Self::Customers(CustomersError { kind: CustomersErrorKind::Invalid, .. }) => StatusCode::BAD_REQUEST,
            Self::UnknownCustomer(_)
            | Self::UnknownTransaction(_)
            | Self::NoSuchAccount
            | Self::NoSuchPayment
            | Self::NoSuchFilter
            | Self::Decision(DecisionError::Unknown { .. }) => StatusCode::NOT_FOUND,
            Self::Customers(CustomersError { kind: CustomersErrorKind::Conflict, .. })
            | Self::Decision(DecisionError::NotPending { .. } | DecisionError::TooLittle | DecisionError::Itself) => {
                StatusCode::CONFLICT
            }
        };
        let body = json!({"error": self.to_string()}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}
