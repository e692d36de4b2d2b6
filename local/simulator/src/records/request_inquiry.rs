//! Requests: a customer asks somebody for money.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::order::Order;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct RequestInquiry {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The id of the same request among those that its counterparty received.
    pub(crate) response_id: u64,
    /// The account that asks.
    pub(crate) account_id: u64,
    /// What is asked of whom.
    pub(crate) order: Order,
    /// The last moment at which it waits.
    pub(crate) expires: Timestamp,
    pub(crate) status: Option<Answered>,
    pub(crate) minimum_age: Option<u64>,
    pub(crate) require_address: Option<String>,
    pub(crate) redirect_url: Option<String>,
    /// Where somebody who does not bank here may pay.
    pub(crate) share_url: Option<String>,
    /// The `X-Bunq-Client-Request-Id` of the call that made it.
    pub(crate) request_id: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answered {
    Accepted,
    Rejected,
    Revoked,
}

impl RequestInquiry {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.status {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Answered::Accepted) => "ACCEPTED",
            Some(Answered::Rejected) => "REJECTED",
            Some(Answered::Revoked) => "REVOKED",
        }
    }
}
