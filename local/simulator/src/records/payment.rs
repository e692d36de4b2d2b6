//! Payments from an account or to it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::counterparty::Party;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Payment {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) account_id: u64,
    /// Negative if the money left the account.
    pub(crate) cents: i64,
    pub(crate) balance_after: i64,
    pub(crate) counterparty: Party,
    pub(crate) description: String,
    pub(crate) kind: PaymentKind,
    pub(crate) sub_kind: SubKind,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) attachment_ids: Vec<u64>,
    pub(crate) batch_id: Option<u64>,
    /// When it was changed. Absent in the state files of older versions.
    #[serde(default)]
    pub(crate) changed: Option<Timestamp>,
}

/// A change of a payment after it was booked.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PaymentChange {
    pub(crate) at: Timestamp,
    pub(crate) description: String,
}

impl PaymentChange {
    pub(crate) fn apply(&self, payment: &mut Payment) {
        payment.changed = Some(self.at);
        payment.description.clone_from(&self.description);
    }
}

/// The field `type`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PaymentKind {
    /// A payment between two accounts at bunq.
    Bunq,
    /// A SEPA credit transfer.
    EbaSct,
    /// A SEPA direct debit.
    EbaSdd,
    /// A payment by iDEAL.
    Ideal,
    /// A transfer from or to an account outside SEPA.
    Swift,
    /// A payment by card.
    Fis,
    /// Recorded, though the documentation does not have it.
    Interest,
}

/// The field `sub_type`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SubKind {
    /// An ordinary payment.
    Payment,
    /// Cash from a machine.
    Withdrawal,
    /// A refund, or a direct debit that was returned.
    Reversal,
    /// The payment of a request.
    Request,
    /// The fees of the bank.
    Billing,
    /// A SEPA credit transfer.
    Sct,
    /// A SEPA direct debit.
    Sdd,
    /// In the documentation, without an explanation.
    Nlo,
}

impl PaymentKind {
    /// The type of a payment that a client ordered. `inside` is whether it stays at bunq. Only `BUNQ` is recorded.
    pub(crate) fn ordered(inside: bool) -> Self {
        if inside { Self::Bunq } else { Self::EbaSct }
    }
}
