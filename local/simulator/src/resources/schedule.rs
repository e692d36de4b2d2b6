//! Schedules: payments that are to come. They arise from drafts that had a schedule and were accepted.

use crate::bank::Bank;
use crate::money::draft_payment::{DraftPayment, Outcome};
use crate::resources::{monetary_account, user};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::gate::Caller;
use crate::wire::object::Object;
use crate::wire::page::listing;
use crate::wire::refusal::Refusal;

pub(crate) fn list_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let granted = user::granted_in_path(bank, call, caller)?;
    let seen = |account_id| {
        granted
            .as_ref()
            .is_some_and(|granted| granted.sees(account_id) && granted.customer.account(account_id).is_some())
    };
    listing(bank, call, elements(bank, seen))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = monetary_account::in_path(bank, call, caller)?.id;
    listing(bank, call, elements(bank, |account_id| account_id == id))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::in_path(bank, call, caller)?.id;
    let id = call.id(2);
    let mut all = elements(bank, |of| of == account_id).into_iter();
    let element = all.find(|(known, _)| *known == id).map(|(_, element)| element);
    element.map(Answer::one).ok_or(Refusal::NotFound { thing: "Schedule", id })
}

fn elements(bank: &Bank, seen: impl Fn(u64) -> bool) -> Vec<(u64, Object)> {
    let drafts = bank.books.draft_payments.iter().filter(|draft| seen(draft.account_id));
    drafts.filter_map(|draft| scheduled(bank, draft)).collect()
}

fn scheduled(bank: &Bank, draft: &DraftPayment) -> Option<(u64, Object)> {
    match (&draft.outcome, &draft.schedule) {
        (Some(Outcome::Scheduled { id }), Some(schedule)) => Some((*id, schedule.of_itself(bank, *id, draft))),
        _ => None,
    }
}
