//! Request inquiries: a customer asks another person for money.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::order::Order;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct RequestInquiry {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The id of the request response that the counterparty sees.
    pub(crate) response_id: u64,
    /// The account that receives the money.
    pub(crate) account_id: u64,
    /// The amount, the counterparty and the description.
    pub(crate) order: Order,
    /// When the request expires.
    pub(crate) expires: Timestamp,
    pub(crate) status: Option<Answered>,
    pub(crate) minimum_age: Option<u64>,
    pub(crate) require_address: Option<String>,
    pub(crate) redirect_url: Option<String>,
    /// The address where a person without an account here may pay.
    pub(crate) share_url: Option<String>,
    /// The `X-Bunq-Client-Request-Id` of the call that created the request.
    pub(crate) request_id: Option<String>,
}

/// The outcome of a request.
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
