//! `/user/{id}/monetary-account/{id}/draft-payment`: a payment that waits for the customer's approval in the bunq app.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::types::{
    counterparty::Counterparty,
    ids::{AttachmentId, MonetaryAccountId},
    money::Money,
    schedule::{BankTime, Schedule},
};

/// The initial status of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftStatus {
    /// The draft waits for the customer.
    Pending,
    /// bunq's own examples send this status with a schedule.
    Active,
}

impl DraftStatus {
    /// Both statuses.
    pub const ALL: [Self; 2] = [Self::Pending, Self::Active];

    /// Returns the name that bunq uses for the status.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
        }
    }
}

impl FromStr for DraftStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or("must be PENDING, or ACTIVE with a schedule")
    }
}

/// The content of a draft payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPayment {
    /// The account that pays.
    pub account: MonetaryAccountId,
    /// The amount.
    pub amount: Money,
    /// The receiver.
    pub counterparty: Counterparty,
    /// The description.
    pub description: String,
    /// The initial status, or `None` for bunq's default.
    pub status: Option<DraftStatus>,
    /// When the draft was last changed, if the caller knows.
    pub previous_updated: Option<BankTime>,
    /// When the payment is made, or `None` for immediately.
    pub schedule: Option<Schedule>,
    /// The attachments.
    pub attachments: Vec<AttachmentId>,
}

impl DraftPayment {
    /// Returns the draft in bunq's form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut entry = json!({
            "amount": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
        });
        if !self.attachments.is_empty() {
            entry["attachment"] = self.attachments.iter().map(|id| json!({ "id": id })).collect();
        }
        // bunq accepts one accept and no other number.
        let mut draft = json!({ "entries": [entry], "number_of_required_accepts": 1 });
        if let Some(status) = self.status {
            draft["status"] = json!(status.as_str());
        }
        if let Some(time) = self.previous_updated {
            draft["previous_updated_timestamp"] = json!(time.to_string());
        }
        if let Some(schedule) = &self.schedule {
            draft["schedule"] = schedule.to_json();
        }
        draft
    }
}
