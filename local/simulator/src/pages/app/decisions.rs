//! The customer's page, and what the customer decides there about drafts and requests.

use crate::bank::Bank;
use crate::ledger::decision::Decision;
use crate::ledger::{draft_payment, request_inquiry};
use crate::pages::app::form::{FormError, obey};
use crate::pages::app::home;
use crate::pages::html::number;
use crate::records::counterparty::Place;
use crate::records::request_inquiry::Answered;
use crate::wire::answer::Answer;

/// Shows the page of a customer, or the customers to pick from.
pub(crate) fn show(bank: &Bank, customer: Option<&str>) -> Answer {
    match customer.and_then(|name| bank.customers.named(name)) {
        Some(customer) => home::of_customer(bank, customer),
        None => home::customers(&bank.customers),
    }
}

/// Accepts or rejects a draft of the customer's.
pub(crate) fn decide_draft(bank: &mut Bank, form: &[u8]) -> Answer {
    obey(bank, form, |bank, customer, decision| {
        let id = number(form, "draft").ok_or(FormError::Incomplete)?;
        let account_id = draft_payment::find(bank, id).ok_or(FormError::Incomplete)?.account_id;
        if !has(bank, customer, account_id) {
            return Err(FormError::Incomplete);
        }
        let decision = Decision::named(decision).ok_or(FormError::Incomplete)?;
        Ok(draft_payment::decide(bank, id, decision)?)
    })
}

/// Accepts or rejects a request that the customer received, or revokes one that the customer made.
pub(crate) fn decide_request(bank: &mut Bank, form: &[u8]) -> Answer {
    obey(bank, form, |bank, customer, decision| {
        let id = number(form, "request").ok_or(FormError::Incomplete)?;
        let request = request_inquiry::find(bank, id).ok_or(FormError::Incomplete)?;
        let received = match request.order.counterparty.place {
            Place::Account(payer) => has(bank, customer, payer),
            Place::SugarDaddy | Place::Bravo | Place::Elsewhere => false,
        };
        let made = has(bank, customer, request.account_id);
        match Decision::named(decision) {
            Some(decision) if received => Ok(request_inquiry::decide(bank, id, decision)?),
            None if made && decision == "revoke" => Ok(request_inquiry::end(bank, id, Answered::Revoked)?),
            Some(_) | None => Err(FormError::Incomplete),
        }
    })
}

fn has(bank: &Bank, customer: &str, account_id: u64) -> bool {
    bank.customers.named(customer).is_some_and(|customer| customer.account(account_id).is_some())
}
