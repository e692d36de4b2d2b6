//! `/user/{id}/monetary-account/{id}/request-inquiry`: asks somebody for money.

use serde_json::{Value, json};

use crate::types::{counterparty::Counterparty, ids::MonetaryAccountId, money::Money};

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInquiry {
    /// The account that receives.
    pub account: MonetaryAccountId,
    /// How much.
    pub amount: Money,
    /// Of whom.
    pub counterparty: Counterparty,
    /// What for.
    pub description: String,
}

impl RequestInquiry {
    /// bunq's form of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "amount_inquired": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
            // Required; true lets people without a bunq account pay too.
            "allow_bunqme": true,
        })
    }
}
