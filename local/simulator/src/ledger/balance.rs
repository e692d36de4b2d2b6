//! The balance of each account, and its payments.

use std::borrow::Cow;

use crate::bank::Bank;
use crate::records::arrivals::Arrivals;
use crate::records::customers::account::Account;
use crate::records::parts::decimal;
use crate::records::payment::{Payment, PaymentChange};

/// All payments from an account and to it.
pub(crate) fn payments(bank: &Bank, account_id: u64) -> Vec<Cow<'_, Payment>> {
    let first = bank.history.of(account_id).iter().map(Cow::Borrowed);
    let later = bank.books.payments.iter().filter(|payment| payment.account_id == account_id).map(Cow::Borrowed);
    let arrived = bank.books.arrivals.iter().filter(|arrivals| arrivals.account_id == account_id);
    let all = first.chain(later).chain(arrived.flat_map(Arrivals::payments).map(Cow::Owned));
    let changed = all.map(|mut payment| {
        if let Some(change) = bank.books.changes.get(&payment.id) {
            change.apply(payment.to_mut());
        }
        payment
    });
    changed.collect()
}

/// Changes the description of a payment. Returns whether the account has this payment.
pub(crate) fn change(bank: &mut Bank, account_id: u64, payment_id: u64, description: String) -> bool {
    let exists = payments(bank, account_id).iter().any(|payment| payment.id == payment_id);
    if exists {
        let at = bank.now();
        bank.books.changes.insert(payment_id, PaymentChange { at, description });
    }
    exists
}

/// The balance of an account in cents. `None` for an account at another bank.
pub(crate) fn balance(bank: &Bank, account: &Account) -> Option<i64> {
    let later = bank.books.payments.iter().filter(|payment| payment.account_id == account.id);
    let arrived = bank.books.arrivals.iter().filter(|arrivals| arrivals.account_id == account.id);
    let moved = later.map(|payment| payment.cents).chain(arrived.map(Arrivals::cents)).sum::<i64>();
    Some(account.first_cents()? + moved)
}

/// The balance as text, such as `EUR 1250.00`. It includes accounts at other banks whose balance is known.
pub(crate) fn balance_text(bank: &Bank, account: &Account) -> Option<String> {
    let cents = balance(bank, account).or(account.iban().map(|_| account.cents))?;
    Some(format!("EUR {}", decimal(cents)))
}
