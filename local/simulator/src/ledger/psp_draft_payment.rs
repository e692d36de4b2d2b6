//! Decides and pays the draft payments of payment service providers.
//!
//! A customer decides all pending drafts of one provider together. Two settings say when the money moves and when a
//! draft is completed, since sources do not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::bank::Bank;
use crate::clock;
use crate::ledger::balance::balance;
use crate::ledger::decision::{DecisionError, check_pending};
use crate::ledger::transfer;
use crate::records::customers::customer::Customer;
use crate::records::payment::SubKind;
use crate::records::psp_draft_payment::{PspDraftPayment, PspOutcome};
use crate::settings::{PspDraftCompletion, PspDraftExecution};

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&PspDraftPayment> {
    bank.books.psp_draft_payments.iter().find(|draft| draft.id == id)
}

/// The pending drafts of a provider that a customer would pay.
pub(crate) fn pending<'a>(
    bank: &'a Bank,
    psp_user_id: u64,
    customer: &'a Customer,
) -> impl Iterator<Item = &'a PspDraftPayment> {
    all_pending(bank, psp_user_id).filter(|draft| customer.account(draft.account_id).is_some())
}

/// The pending drafts of a provider, of all payers.
pub(crate) fn all_pending(bank: &Bank, psp_user_id: u64) -> impl Iterator<Item = &PspDraftPayment> {
    let now = bank.now();
    let own = bank.books.psp_draft_payments.iter().filter(move |draft| draft.psp_user_id == psp_user_id);
    own.filter(move |draft| draft.status(now) == "PENDING")
}

/// Accepts all drafts or none, and pays them if the settings say so.
///
/// # Errors
///
/// When a draft does not exist or is not pending, or an account holds less than the sum of its drafts.
pub(crate) fn accept(bank: &mut Bank, ids: &BTreeSet<u64>) -> Result<(), DecisionError> {
    check_all_pending(bank, ids)?;
    check_balances(bank, ids)?;
    let pays_now = match bank.settings.psp_draft_payment_execution {
        PspDraftExecution::OnAcceptance => true,
        PspDraftExecution::OnExchange => false,
    };
    for id in ids {
        set_outcome(bank, *id, PspOutcome::Accepted { payment_id: None, completes: None });
        if pays_now {
            pay(bank, *id)?;
        }
    }
    Ok(())
}

/// Rejects all drafts or none.
///
/// # Errors
///
/// When a draft does not exist or is not pending.
pub(crate) fn reject(bank: &mut Bank, ids: &BTreeSet<u64>) -> Result<(), DecisionError> {
    check_all_pending(bank, ids)?;
    ids.iter().for_each(|id| set_outcome(bank, *id, PspOutcome::Rejected));
    Ok(())
}

/// Sets the outcome of a pending draft.
///
/// # Errors
///
/// When the draft does not exist or is not pending.
pub(crate) fn end(bank: &mut Bank, id: u64, outcome: PspOutcome) -> Result<(), DecisionError> {
    check_all_pending(bank, &BTreeSet::from([id]))?;
    set_outcome(bank, id, outcome);
    Ok(())
}

/// Continues the accepted drafts of a provider and a customer, when the provider exchanges the customer's code. Drafts
/// that wait for the exchange are paid, and completed if a setting says so. A draft that the account cannot pay any
/// more is rejected.
pub(crate) fn exchange(bank: &mut Bank, psp_user_id: u64, customer: &str) {
    let now = bank.now();
    let Some(customer) = bank.customers.named(customer) else { return };
    let own = bank.books.psp_draft_payments.iter().filter(|draft| draft.psp_user_id == psp_user_id);
    let accepted = own.filter(|draft| draft.status(now) == "ACCEPTED" && customer.account(draft.account_id).is_some());
    let ids: Vec<u64> = accepted.map(|draft| draft.id).collect();
    for id in ids {
        if pay(bank, id).is_err() {
            set_outcome(bank, id, PspOutcome::Rejected);
        }
        let completion = match bank.settings.psp_draft_payment_completion {
            PspDraftCompletion::OnExchange => Some(now),
            PspDraftCompletion::AfterDelay => completion_of_payment(bank, now),
        };
        set_completion(bank, id, completion);
    }
}

/// Moves the money of an accepted draft, unless it has moved.
fn pay(bank: &mut Bank, id: u64) -> Result<(), DecisionError> {
    let draft = find(bank, id).ok_or(unknown(id))?;
    if !matches!(draft.outcome, Some(PspOutcome::Accepted { payment_id: None, .. })) {
        return Ok(());
    }
    let (account_id, order) = (draft.account_id, draft.order.clone());
    check_balances(bank, &BTreeSet::from([id]))?;
    let payment_id = transfer::pay(bank, account_id, &[order], SubKind::Payment, None)?.first().copied();
    let completes = completion_of_payment(bank, bank.now());
    set_outcome(bank, id, PspOutcome::Accepted { payment_id, completes });
    Ok(())
}

/// When a draft is completed that is paid now. `None` if the exchange decides it.
fn completion_of_payment(bank: &Bank, now: Timestamp) -> Option<Timestamp> {
    match bank.settings.psp_draft_payment_completion {
        PspDraftCompletion::OnExchange => None,
        PspDraftCompletion::AfterDelay => Some(clock::after(now, bank.settings.psp_draft_payment_completion_seconds)),
    }
}

/// Sets the completion of a paid draft, unless it is known.
fn set_completion(bank: &mut Bank, id: u64, completion: Option<Timestamp>) {
    let draft = bank.books.psp_draft_payments.iter_mut().find(|draft| draft.id == id);
    if let Some(PspOutcome::Accepted { payment_id: Some(_), completes }) =
        draft.and_then(|draft| draft.outcome.as_mut())
    {
        *completes = completes.or(completion);
    }
}

fn set_outcome(bank: &mut Bank, id: u64, outcome: PspOutcome) {
    let now = bank.now();
    if let Some(draft) = bank.books.psp_draft_payments.iter_mut().find(|draft| draft.id == id) {
        draft.outcome = Some(outcome);
        draft.updated = now;
    }
}

fn check_all_pending(bank: &Bank, ids: &BTreeSet<u64>) -> Result<(), DecisionError> {
    let now = bank.now();
    ids.iter().try_for_each(|id| check_pending(find(bank, *id).ok_or(unknown(*id))?.status(now)))
}

/// Checks that each account holds the sum of its drafts. A closed account pays nothing.
fn check_balances(bank: &Bank, ids: &BTreeSet<u64>) -> Result<(), DecisionError> {
    let mut sums: BTreeMap<u64, i64> = BTreeMap::new();
    for draft in ids.iter().filter_map(|id| find(bank, *id)) {
        *sums.entry(draft.account_id).or_default() += draft.order.cents;
    }
    let held = |id: u64| {
        let account = bank.customers.account(id).map(|(_, account)| account).filter(|account| !account.is_closed());
        account.and_then(|account| balance(bank, account)).unwrap_or_default()
    };
    if sums.into_iter().all(|(id, sum)| sum <= held(id)) { Ok(()) } else { Err(DecisionError::TooLittle) }
}

fn unknown(id: u64) -> DecisionError {
    DecisionError::Unknown { thing: "draft payment of a payment service provider", id }
}
