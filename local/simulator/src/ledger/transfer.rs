//! Transfers between accounts.

use crate::bank::Bank;
use crate::ledger::balance::balance;
use crate::ledger::decision::DecisionError;
use crate::records::arrivals::Arrivals;
use crate::records::counterparty::{Counterparty, Party, Place};
use crate::records::order::Order;
use crate::records::payment::{Payment, PaymentKind, SubKind};

/// Pays all orders or none. Returns the ids of the payments on the side of the payer.
///
/// # Errors
///
/// When the account holds less than the sum.
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
    let payer = Party::of(&bank.customers, from);
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

/// Books money that comes from outside this bank. The order describes the receiver's side.
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
        // A payer without an account here pays a request on the web.
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
        changed: None,
    });
    id
}

/// Books many small payments into an account, and returns the first and the last id.
pub(crate) fn arrive(bank: &mut Bank, account_id: u64, count: u64) -> (u64, u64) {
    let held = bank.customers.account(account_id).and_then(|(_, account)| balance(bank, account)).unwrap_or_default();
    let (first_id, created) = (bank.books.new_ids(count), bank.now());
    let arrivals = Arrivals { first_id, count, created, account_id, balance_before: held };
    let last_id = arrivals.last_id();
    bank.books.arrivals.push(arrivals);
    (first_id, last_id)
}
