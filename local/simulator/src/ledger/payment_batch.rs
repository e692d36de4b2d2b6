//! Pays several orders at once.

use crate::bank::Bank;
use crate::ledger::decision::DecisionError;
use crate::ledger::transfer;
use crate::records::order::Order;
use crate::records::payment::SubKind;
use crate::records::payment_batch::PaymentBatch;

/// Pays all orders or none. Returns the ids of the batch and of its payments.
///
/// # Errors
///
/// When the account holds less than the sum.
pub(crate) fn pay(bank: &mut Bank, account_id: u64, orders: &[Order]) -> Result<(u64, Vec<u64>), DecisionError> {
    let (id, created) = (bank.books.new_id(), bank.now());
    let payment_ids = transfer::pay(bank, account_id, orders, SubKind::Payment, Some(id))?;
    bank.books.payment_batches.push(PaymentBatch { id, created, account_id, payment_ids: payment_ids.clone() });
    Ok((id, payment_ids))
}
