//! Decides draft payments: they are paid, scheduled, rejected or cancelled.

use crate::bank::Bank;
use crate::ledger::decision::{Decision, DecisionError, check_pending};
use crate::ledger::{payment_batch, transfer};
use crate::records::draft_payment::{DraftPayment, Outcome};
use crate::records::payment::SubKind;

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&DraftPayment> {
    bank.books.draft_payments.iter().find(|draft| draft.id == id)
}

/// Accepts or rejects a draft, as the customer does in the app.
///
/// # Errors
///
/// When the draft does not exist or is not pending, or the account holds too little.
pub(crate) fn decide(bank: &mut Bank, id: u64, decision: Decision) -> Result<(), DecisionError> {
    match decision {
        Decision::Accept => accept(bank, id),
        Decision::Reject => end(bank, id, Outcome::Rejected),
    }
}

/// Sets the outcome of a pending draft.
///
/// # Errors
///
/// When the draft does not exist or is not pending.
pub(crate) fn end(bank: &mut Bank, id: u64, outcome: Outcome) -> Result<(), DecisionError> {
    let now = bank.now();
    let thing = "draft payment";
    let draft = bank.books.draft_payments.iter_mut().find(|draft| draft.id == id);
    let draft = draft.ok_or(DecisionError::Unknown { thing, id })?;
    check_pending(draft.status(now))?;
    draft.outcome = Some(outcome);
    draft.updated = now;
    Ok(())
}

fn accept(bank: &mut Bank, id: u64) -> Result<(), DecisionError> {
    let draft = find(bank, id).ok_or(DecisionError::Unknown { thing: "draft payment", id })?;
    check_pending(draft.status(bank.now()))?;
    let (account_id, entries) = (draft.account_id, draft.entries.clone());
    let outcome = if draft.schedule.is_some() {
        Outcome::Scheduled { id: bank.books.new_id() }
    } else {
        match entries.as_slice() {
            [_] => {
                let payment_ids = transfer::pay(bank, account_id, &entries, SubKind::Payment, None)?;
                Outcome::Paid { payment_ids, batch_id: None }
            }
            _ => {
                let (id, payment_ids) = payment_batch::pay(bank, account_id, &entries)?;
                Outcome::Paid { payment_ids, batch_id: Some(id) }
            }
        }
    };
    end(bank, id, outcome)
}
