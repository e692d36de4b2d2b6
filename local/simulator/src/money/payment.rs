//! A payment: money that came into an account or left it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::euros;
use crate::money::counterparty::Party;
use crate::wire::object::{Object, object};

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Payment {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) account_id: u64,
    /// Below zero when money left the account.
    pub(crate) cents: i64,
    pub(crate) balance_after: i64,
    pub(crate) counterparty: Party,
    pub(crate) description: String,
    pub(crate) kind: PaymentKind,
    pub(crate) sub_kind: SubKind,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) attachment_ids: Vec<u64>,
    pub(crate) batch_id: Option<u64>,
}

/// The field `type`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PaymentKind {
    Bunq,
    EbaSct,
    EbaSdd,
    Ideal,
    Swift,
    /// By card.
    Fis,
    /// Seen, and not in the documentation.
    Interest,
}

/// The field `sub_type`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SubKind {
    Payment,
    Withdrawal,
    Reversal,
    Request,
    Billing,
    Sct,
    Sdd,
    Nlo,
}

impl Payment {
    pub(crate) fn element(&self, bank: &Bank) -> Object {
        object! { "Payment": self.fields(bank) }
    }

    /// Its own fields, as they also stand in a batch. Those behind `request_reference_split_the_bill` are younger than
    /// any recording.
    pub(crate) fn fields(&self, bank: &Bank) -> Object {
        let created = clock::text(self.created);
        let sent = self.cents < 0 && self.kind == PaymentKind::EbaSct;
        object! {
            "id": self.id,
            "created": created,
            "updated": created,
            "monetary_account_id": self.account_id,
            "amount": euros(self.cents),
            "description": self.description,
            "type": self.kind,
            "merchant_reference": self.merchant_reference,
            "alias": Party::of(bank, self.account_id).label(),
            "counterparty_alias": self.counterparty.label(),
            "attachment": attachments(&self.attachment_ids, self.account_id),
            "geolocation": (self.kind == PaymentKind::Fis).then(in_amsterdam),
            "batch_id": self.batch_id,
            "scheduled_id": (),
            "address_billing": (),
            "address_shipping": (),
            "sub_type": self.sub_kind,
            "request_reference_split_the_bill": [(); 0],
            "payment_arrival_expected": sent.then(|| object! { "status": "ARRIVED", "time": created }),
            "balance_after_mutation": euros(self.balance_after),
            "payment_auto_allocate_instance": (),
            "payment_suspended_outgoing": (),
            "payment_fee": (),
            "bunqto_status": (),
            "bunqto_sub_status": (),
            "bunqto_share_url": (),
            "bunqto_expiry": (),
            "bunqto_time_responded": (),
        }
    }
}

pub(crate) fn attachments(ids: &[u64], account_id: u64) -> Vec<Object> {
    ids.iter().map(|id| object! { "id": id, "monetary_account_id": account_id }).collect()
}

/// Recorded with fractions, whatever the schema says about whole numbers.
fn in_amsterdam() -> Object {
    object! { "latitude": 52.387862883215, "longitude": 4.8333778222355, "altitude": 0, "radius": 65 }
}
