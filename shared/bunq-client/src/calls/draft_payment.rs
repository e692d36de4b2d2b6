//! `/user/{id}/monetary-account/{id}/draft-payment`: a payment that waits for the customer's yes in the bunq app.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::types::{
    counterparty::Counterparty,
    ids::{AttachmentId, MonetaryAccountId},
    money::Money,
    schedule::{BankTime, Schedule},
};

/// In which state a draft begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftStatus {
    /// It waits for the customer.
    Pending,
    /// bunq's own examples send it with a schedule.
    Active,
}

impl DraftStatus {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pending, Self::Active];

    /// Its name at the bank.
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

/// What is to be paid to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPayment {
    /// The account that pays.
    pub account: MonetaryAccountId,
    /// How much.
    pub amount: Money,
    /// To whom.
    pub counterparty: Counterparty,
    /// What for.
    pub description: String,
    /// In which state it begins; bunq's default if `None`.
    pub status: Option<DraftStatus>,
    /// When it was last changed, if the caller knows.
    pub previous_updated: Option<BankTime>,
    /// When it runs; at once if `None`.
    pub schedule: Option<Schedule>,
    /// What goes along.
    pub attachments: Vec<AttachmentId>,
}

impl DraftPayment {
    /// bunq's form of it.
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
        // bunq takes one accept and no other number.
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
