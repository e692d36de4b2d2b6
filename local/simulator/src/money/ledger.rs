//! What is in each account, and how money moves between them.

use std::borrow::Cow;

use crate::bank::Bank;
use crate::customers::Account;
use crate::customers::parts::decimal;
use crate::money::arrivals::Arrivals;
use crate::money::counterparty::{Counterparty, Party, Place};
use crate::money::decision::DecisionError;
use crate::money::order::Order;
use crate::money::payment::{Payment, PaymentKind, SubKind};

/// All payments of an account.
pub(crate) fn payments(bank: &Bank, account_id: u64) -> Vec<Cow<'_, Payment>> {
    let first = bank.history.of(account_id).iter().map(Cow::Borrowed);
    let later = bank.books.payments.iter().filter(|payment| payment.account_id == account_id).map(Cow::Borrowed);
    let arrived = bank.books.arrivals.iter().filter(|arrivals| arrivals.account_id == account_id);
    first.chain(later).chain(arrived.flat_map(Arrivals::payments).map(Cow::Owned)).collect()
}

/// The cents in an account; nothing for one that is not held here.
pub(crate) fn balance(bank: &Bank, account: &Account) -> Option<i64> {
    let later = bank.books.payments.iter().filter(|payment| payment.account_id == account.id);
    let arrived = bank.books.arrivals.iter().filter(|arrivals| arrivals.account_id == account.id);
    let moved = later.map(|payment| payment.cents).chain(arrived.map(Arrivals::cents)).sum::<i64>();
    Some(account.first_cents()? + moved)
}

/// `EUR 1250.00`, also for an account that another bank told about.
pub(crate) fn balance_text(bank: &Bank, account: &Account) -> Option<String> {
    let cents = balance(bank, account).or(account.iban().map(|_| account.cents))?;
    Some(format!("EUR {}", decimal(cents)))
}

/// Carries orders out, all or none, and says which payments left the account.
pub(crate) fn pay(
    bank: &mut Bank,
    from: u64,
    orders: &[Order],
    sub_kind: SubKind,
    batch_id: Option<u64>,
) -> Result<Vec<u64>, DecisionError> {
    let held = bank.customers.account(from).and_then(|(_, account)| balance(bank, account)).unwrap_or_default();
    if orders.iter().map(|order| order.cents).sum::<i64>() > held {
        return Err(DecisionError::TooLittle);
    }
    let payer = Party::of(bank, from);
    let ids = orders.iter().map(|order| {
        let id = book(bank, from, -order.cents, order, sub_kind, batch_id);
        if let Place::Account(to) = order.counterparty.place {
            let counterparty = Counterparty { party: payer.clone(), place: Place::Account(from) };
            book(bank, to, order.cents, &Order { counterparty, ..order.clone() }, sub_kind, None);
        }
        id
    });
    Ok(ids.collect())
}

/// Money from outside the accounts of this bank; the order is the receiver's side of it.
pub(crate) fn receive(bank: &mut Bank, to: u64, order: &Order) -> u64 {
    book(bank, to, order.cents, order, SubKind::Request, None)
}

fn book(bank: &mut Bank, account_id: u64, cents: i64, order: &Order, sub_kind: SubKind, batch_id: Option<u64>) -> u64 {
    let held = bank.customers.account(account_id).and_then(|(_, account)| balance(bank, account)).unwrap_or_default();
    let party = &order.counterparty.party;
    let at_bunq = party.is_bunq() || order.counterparty.place != Place::Elsewhere;
    let (kind, sub_kind) = match (&party.iban, sub_kind) {
        _ if at_bunq => (PaymentKind::Bunq, sub_kind),
        (Some(_), _) => (PaymentKind::EbaSct, SubKind::Sct),
        // Somebody without an account here pays a request on the web.
        (None, _) => (PaymentKind::Ideal, SubKind::Payment),
    };
    let (id, created) = (bank.books.new_id(), bank.now());
    bank.books.payments.push(Payment {
        id,
        created,
        account_id,
        cents,
        balance_after: held + cents,
        counterparty: party.clone(),
        description: order.description.clone(),
        kind,
        sub_kind,
        merchant_reference: order.merchant_reference.clone(),
        attachment_ids: order.attachment_ids.clone(),
        batch_id,
    });
    id
}

/// Many small payments into an account, now.
pub(crate) fn arrive(bank: &mut Bank, account_id: u64, count: u64) -> (u64, u64) {
    let held = bank.customers.account(account_id).and_then(|(_, account)| balance(bank, account)).unwrap_or_default();
    let (first_id, created) = (bank.books.new_ids(count), bank.now());
    let arrivals = Arrivals { first_id, count, created, account_id, balance_before: held };
    let last_id = arrivals.last_id();
    bank.books.arrivals.push(arrivals);
    (first_id, last_id)
}
