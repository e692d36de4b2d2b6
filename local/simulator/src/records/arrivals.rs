//! Many small payments that arrive at once. They follow from a formula, so that one record holds a thousand of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::counterparty::Party;
use crate::records::parts::iban;
use crate::records::payment::{Payment, PaymentKind, SubKind};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Arrivals {
    pub(crate) first_id: u64,
    pub(crate) count: u64,
    pub(crate) created: Timestamp,
    pub(crate) account_id: u64,
    pub(crate) balance_before: i64,
}

/// The payers.
const PAYERS: [(&str, u64); 4] =
    [("Noor Jansen", 417_880_123), ("Milan Bakker", 417_880_131), ("Eva Smit", 417_880_158), ("Tikkie", 417_880_166)];

impl Arrivals {
    pub(crate) fn last_id(&self) -> u64 {
        self.first_id + self.count - 1
    }

    pub(crate) fn cents(&self) -> i64 {
        (self.first_id..=self.last_id()).map(cents).sum()
    }

    /// All payments, oldest first.
    pub(crate) fn payments(&self) -> impl Iterator<Item = Payment> {
        let mut balance = self.balance_before;
        (self.first_id..=self.last_id()).map(move |id| {
            balance += cents(id);
            let (name, number) = PAYERS[usize::from(id.to_le_bytes()[0]) % PAYERS.len()];
            let iban = Some(iban("RABO", number));
            Payment {
                id,
                created: self.created,
                account_id: self.account_id,
                cents: cents(id),
                balance_after: balance,
                counterparty: Party { iban, name: name.to_owned(), merchant_category_code: None },
                description: format!("Bijdrage {id}"),
                kind: PaymentKind::EbaSct,
                sub_kind: SubKind::Sct,
                merchant_reference: None,
                attachment_ids: Vec::new(),
                batch_id: None,
                changed: None,
            }
        })
    }
}

/// An amount from one cent to five euros.
fn cents(id: u64) -> i64 {
    1 + i64::try_from(id * 37 % 500).unwrap_or_default()
}
