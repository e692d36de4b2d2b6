//! Issuer transactions: an application asks for a payment that any customer may make on the bank's pay page, from any
//! account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::records::order::Order;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct IssuerTransaction {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The id by which everyone may see and pay the transaction.
    pub(crate) public_uuid: Uuid,
    pub(crate) psp_user_id: u64,
    pub(crate) order: Order,
    /// The address that the pay page redirects to.
    pub(crate) url_redirect: String,
    /// When the transaction expires.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<Settled>,
    /// The `X-Bunq-Client-Request-Id` of the call that created the transaction.
    pub(crate) request_id: Option<String>,
}

/// The outcome of an issuer transaction.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Settled {
    Accepted { account_id: u64 },
    Rejected,
    Cancelled,
}

impl IssuerTransaction {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Settled::Accepted { .. }) => "ACCEPTED",
            Some(Settled::Rejected) => "REJECTED",
            Some(Settled::Cancelled) => "CANCELLED",
        }
    }
}
