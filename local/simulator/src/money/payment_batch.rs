//! Several payments that were made at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::clock;
use crate::money::decision::DecisionError;
use crate::money::ledger;
use crate::money::order::Order;
use crate::money::payment::SubKind;
use crate::wire::object::{Object, object};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PaymentBatch {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) account_id: u64,
    pub(crate) payment_ids: Vec<u64>,
}

/// Carries orders out, all or none; the ids of the batch and of its payments.
pub(crate) fn pay(bank: &mut Bank, account_id: u64, orders: &[Order]) -> Result<(u64, Vec<u64>), DecisionError> {
    let (id, created) = (bank.books.new_id(), bank.now());
    let payment_ids = ledger::pay(bank, account_id, orders, SubKind::Payment, Some(id))?;
    bank.books.payment_batches.push(PaymentBatch { id, created, account_id, payment_ids: payment_ids.clone() });
    Ok((id, payment_ids))
}

impl PaymentBatch {
    pub(crate) fn element(&self, bank: &Bank) -> Object {
        element(bank, self.id, self.created, &self.payment_ids)
    }
}

/// The payments are a list, as recorded; the schemas have an object around it.
pub(crate) fn element(bank: &Bank, id: u64, created: Timestamp, payment_ids: &[u64]) -> Object {
    let moment = clock::text(created);
    let made = bank.books.payments.iter().filter(|payment| payment_ids.contains(&payment.id));
    let payments: Vec<Object> = made.map(|payment| payment.fields(bank)).collect();
    object! { "PaymentBatch": object! { "id": id, "created": moment, "updated": moment, "payments": payments } }
}
