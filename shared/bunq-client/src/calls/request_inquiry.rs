//! `/user/{id}/monetary-account/{id}/request-inquiry`: asks a payer for money.

use serde_json::{Value, json};

use crate::types::{counterparty::Counterparty, ids::MonetaryAccountId, money::Money};

/// The content of a request for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInquiry {
    /// The account that receives the money.
    pub account: MonetaryAccountId,
    /// The amount.
    pub amount: Money,
    /// The payer.
    pub counterparty: Counterparty,
    /// The description.
    pub description: String,
}

impl RequestInquiry {
    /// Returns the request in bunq's form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "amount_inquired": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
            // bunq requires this field. With `true`, people without a bunq account can pay, too.
            "allow_bunqme": true,
        })
    }
}
