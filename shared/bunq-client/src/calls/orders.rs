//! The bodies of orders: what a TPP creates to move money.

use serde_json::{Value, json};
use url::Url;

use crate::types::{
    counterparty::Counterparty,
    ids::{AttachmentId, MonetaryAccountId},
    json::without_nulls,
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

/// The content of a draft payment: a payment that waits for the customer's approval in the bunq app.
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
        let attachments: Vec<_> = self.attachments.iter().map(|id| json!({ "id": id })).collect();
        let entry = without_nulls(json!({
            "amount": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
            "attachment": (!attachments.is_empty()).then_some(attachments),
        }));
        without_nulls(json!({
            "entries": [entry],
            // bunq accepts one accept and no other number.
            "number_of_required_accepts": 1,
            "status": self.status.map(DraftStatus::as_str),
            "previous_updated_timestamp": self.previous_updated.map(|time| time.to_string()),
            "schedule": self.schedule.as_ref().map(Schedule::to_json),
        }))
    }
}

/// The content of a request for money, which asks a payer.
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

/// The content of an issuer transaction: a payment that a customer makes on bunq's own pay page, from any account at
/// bunq and without a connection. It belongs to the TPP itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerTransaction {
    /// The amount.
    pub amount: Money,
    /// The receiver: an account at any bank.
    pub counterparty: Counterparty,
    /// The description.
    pub description: String,
    /// The address to which the customer is sent after the payment.
    pub url_redirect: Url,
    /// The time until which the customer can pay. The default is ten minutes.
    pub time_expiry: Option<BankTime>,
    /// Whether the body has the status `PENDING`, as in bunq's example.
    pub explicit_status: bool,
}

impl IssuerTransaction {
    /// Returns the transaction in bunq's form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        without_nulls(json!({
            "counterparty_alias": self.counterparty.to_json(),
            "amount": self.amount.to_json(),
            "description": self.description,
            "url_redirect": self.url_redirect.as_str(),
            "time_expiry": self.time_expiry.map(|time| time.to_string()),
            "status": self.explicit_status.then_some("PENDING"),
        }))
    }
}
