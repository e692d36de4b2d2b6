//! Creates and decides requests for money.

use crate::bank::Bank;
use crate::ledger::decision::{Decision, DecisionError, check_pending};
use crate::ledger::transfer;
use crate::records::counterparty::{Counterparty, Party, Place};
use crate::records::order::Order;
use crate::records::payment::SubKind;
use crate::records::request_inquiry::{Answered, RequestInquiry};

/// The largest request that the sandbox's sugar daddy pays, in cents.
const MOST_SUGAR: i64 = 50_000;

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&RequestInquiry> {
    bank.books.request_inquiries.iter().find(|request| request.id == id)
}

/// Stores a new request. The sugar daddy pays a small one at once.
pub(crate) fn put(bank: &mut Bank, request: RequestInquiry) -> u64 {
    let id = request.id;
    let sugar = request.order.counterparty.place == Place::SugarDaddy && request.order.cents <= MOST_SUGAR;
    bank.books.request_inquiries.push(request);
    if sugar {
        // The request is new and its payer has no balance, so this cannot fail.
        let _ = decide(bank, id, Decision::Accept);
    }
    id
}

/// Accepts or rejects a request, as its counterparty does.
///
/// # Errors
///
/// When the request does not exist or is not pending, or the payer's account holds too little.
pub(crate) fn decide(bank: &mut Bank, id: u64, decision: Decision) -> Result<(), DecisionError> {
    if decision == Decision::Reject {
        return end(bank, id, Answered::Rejected);
    }
    let request = find(bank, id).ok_or(DecisionError::Unknown { thing: "request inquiry", id })?;
    check_pending(request.status(bank.now()))?;
    let (account_id, order) = (request.account_id, request.order.clone());
    match order.counterparty.place {
        Place::Account(payer) => {
            let counterparty =
                Counterparty { party: Party::of(&bank.customers, account_id), place: Place::Account(account_id) };
            transfer::pay(bank, payer, &[Order { counterparty, ..order }], SubKind::Request, None)?;
        }
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => {
            transfer::receive(bank, account_id, &order);
        }
    }
    end(bank, id, Answered::Accepted)
}

/// Sets the outcome of a pending request.
///
/// # Errors
///
/// When the request does not exist or is not pending.
pub(crate) fn end(bank: &mut Bank, id: u64, status: Answered) -> Result<(), DecisionError> {
    let now = bank.now();
    let request = bank.books.request_inquiries.iter_mut().find(|request| request.id == id);
    let request = request.ok_or(DecisionError::Unknown { thing: "request inquiry", id })?;
    check_pending(request.status(now))?;
    request.status = Some(status);
    request.updated = now;
    Ok(())
}

/// The requests that an account received.
pub(crate) fn asked_of(bank: &Bank, account_id: u64) -> impl Iterator<Item = &RequestInquiry> {
    let requests = bank.books.request_inquiries.iter();
    requests.filter(move |request| request.order.counterparty.place == Place::Account(account_id))
}
