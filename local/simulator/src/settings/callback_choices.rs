//! The enums of the settings about notification filters and callbacks. Their values in JSON are in snake case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who shares a set of notification filters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterSets {
    /// Every consent has its own set, and so has the customer.
    Own,
    /// The customer and all consents of the customer share one set, so one application can replace the filters of
    /// another.
    Shared,
}

/// Which addresses a notification filter may name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackTargets {
    /// https, on every port.
    Https,
    /// https on port 443 only: a user reports that the bank does not reach others.
    HttpsOn443,
    /// https, and http to this machine. The real bank refuses http; tests and development need it.
    Loopback,
}

/// Whether the bank takes notification filters of a category that it does not know.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownCategories {
    /// The bank refuses the whole call with 400.
    Refuse,
    /// The bank stores the filter, and never sends a callback for it.
    Accept,
}

/// The answer to POST notification-filter-url.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterAnswer {
    /// The new set of filters, as clients in production read it.
    List,
    /// An id, as in the OpenAPI document.
    Id,
}

/// Whose filters select the callback about the end of a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthCallbacks {
    /// Those of the ended connection.
    Connection,
    /// Those of the payment service provider.
    Provider,
    /// The bank sends no such callback.
    Never,
}

/// Who lists and retries the failed callbacks of a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureOwner {
    /// The connection.
    Connection,
    /// The payment service provider, for all its connections.
    Provider,
}

/// The answer to POST notification-filter-failure.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAnswer {
    /// An empty list, as in the bank's document for partners.
    Empty,
    /// An id, as in the OpenAPI document.
    Id,
}
