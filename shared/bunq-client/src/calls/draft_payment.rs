//! `/user/{id}/monetary-account/{id}/draft-payment`: a payment that waits for the customer's approval in the bunq app.

use serde_json::{Value, json};

use crate::types::{
    counterparty::Counterparty,
    ids::{AttachmentId, MonetaryAccountId},
    money::Money,
    schedule::{BankTime, Schedule},
};

crate::words! {
    /// The initial status of a draft.
    DraftStatus, &'static str = "must be PENDING, or ACTIVE with a schedule";
    /// The draft waits for the customer.
    Pending = "PENDING",
    /// bunq's own examples send this status with a schedule.
    Active = "ACTIVE",
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
