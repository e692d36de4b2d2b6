//! Scopes: what an API key of this API allows.

use serde::{Deserialize, Serialize};

bunq_client::words! {
    /// One permission of an API key.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Scope, UnknownScope = UnknownScope;
    /// Allows reading what customers granted at the bank: profiles, accounts and payments. Allows no change.
    Accounts = "accounts",
    /// Allows listing, reading and ending connections.
    Connections = "connections",
    /// Allows starting payments for customers.
    Payments = "payments",
    /// Allows the use of the TPP's own issuer transactions.
    Psd2 = "psd2",
    /// Allows managing the IP addresses from which the bank accepts the TPP's calls.
    Credentials = "credentials",
    /// Allows changing at the bank what no role of PSD2 includes, such as accounts, if the deployment permits it.
    Writes = "writes",
    /// Allows reading the events of the workspace.
    Events = "events",
}

/// The text is not the name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of accounts, connections, payments, psd2, credentials, writes, events")]
pub struct UnknownScope;
