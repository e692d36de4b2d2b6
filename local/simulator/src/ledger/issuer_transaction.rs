//! Finds, pays and ends issuer transactions.

use uuid::Uuid;

use crate::bank::Bank;
use crate::ledger::decision::{DecisionError, check_pending};
use crate::ledger::transfer;
use crate::records::counterparty::Place;
use crate::records::customers::account::{Account, AccountKind};
use crate::records::customers::customer::Customer;
use crate::records::issuer_transaction::{IssuerTransaction, Settled};
use crate::records::payment::SubKind;

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&IssuerTransaction> {
    bank.books.issuer_transactions.iter().find(|transaction| transaction.id == id)
}

/// Finds a transaction by its public UUID. `text` comes from a URL and may be invalid.
pub(crate) fn by_public_uuid<'a>(bank: &'a Bank, text: &str) -> Option<&'a IssuerTransaction> {
    let uuid = Uuid::try_parse(text).ok()?;
    bank.books.issuer_transactions.iter().find(|transaction| transaction.public_uuid == uuid)
}

/// The accounts of a customer that may pay a transaction.
pub(crate) fn payers(customer: &Customer) -> impl Iterator<Item = &Account> {
    customer.accounts.iter().filter(|account| account.kind == AccountKind::Bank)
}

/// Pays a transaction from an account.
///
/// # Errors
///
/// When the transaction does not exist or is not pending, the account is the payee's, or it holds too little.
pub(crate) fn accept(bank: &mut Bank, id: u64, account_id: u64) -> Result<(), DecisionError> {
    let transaction = find(bank, id).ok_or(unknown(id))?;
    check_pending(transaction.status(bank.now()))?;
    let order = transaction.order.clone();
    if order.counterparty.place == Place::Account(account_id) {
        return Err(DecisionError::Itself);
    }
    transfer::pay(bank, account_id, &[order], SubKind::Payment, None)?;
    end(bank, id, Settled::Accepted { account_id })
}

/// Sets the outcome of a pending transaction.
///
/// # Errors
///
/// When the transaction does not exist or is not pending.
pub(crate) fn end(bank: &mut Bank, id: u64, outcome: Settled) -> Result<(), DecisionError> {
    let now = bank.now();
    let transaction = bank.books.issuer_transactions.iter_mut().find(|transaction| transaction.id == id);
    let transaction = transaction.ok_or(unknown(id))?;
    check_pending(transaction.status(now))?;
    transaction.outcome = Some(outcome);
    transaction.updated = now;
    Ok(())
}

fn unknown(id: u64) -> DecisionError {
    DecisionError::Unknown { thing: "issuer transaction", id }
}
