//! The page that stands for the customer's bunq app: what is in the accounts, and what waits for an answer.
//!
//! It lets whoever opens it be any customer.

mod connections;
mod ips;
mod page;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::bank::{Bank, SharedBank};
use crate::forms::{self, number, response};
use crate::money::counterparty::Place;
use crate::money::decision::{Decision, DecisionError};
use crate::money::request_inquiry::Answered;
use crate::money::{draft_payment, request_inquiry};
use crate::permitted::{AddressError, ListError};
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

/// Whether a path is the app's.
pub(crate) fn owns(path: &str) -> bool {
    path == "/app" || path.starts_with("/app/")
}

pub(crate) fn router() -> Router<SharedBank> {
    Router::new()
        .route("/app", get(show))
        .route("/app/draft", post(decide_draft))
        .route("/app/request", post(decide_request))
        .route("/app/connection", post(connections::decide))
        .route("/app/ips", get(ips::show).post(ips::change))
}

#[derive(Deserialize)]
struct Shown {
    customer: Option<String>,
}

/// Why a form was not obeyed.
#[derive(Debug, thiserror::Error)]
enum FormError {
    #[error("The form names nothing that can be decided here, or no decision.")]
    Incomplete,
    #[error("It cannot be done: {0}")]
    Decision(#[from] DecisionError),
    #[error("It cannot be done: {0}")]
    Address(#[from] AddressError),
    #[error("It cannot be done: {0}")]
    List(#[from] ListError),
}

impl FormError {
    fn status(&self) -> u16 {
        match self {
            Self::Incomplete | Self::Address(_) => 400,
            Self::Decision(_) | Self::List(_) => 409,
        }
    }
}

async fn show(State(bank): State<SharedBank>, Query(Shown { customer }): Query<Shown>) -> Response {
    let bank = bank.lock();
    let customer = customer.and_then(|name| bank.customers.named(&name));
    let html = customer.map_or_else(|| page::customers(&bank.customers), |customer| page::home(&bank, customer));
    response(forms::page(200, html, ""))
}

/// Accepts or rejects a draft of the customer's.
async fn decide_draft(State(bank): State<SharedBank>, form: Bytes) -> Response {
    act(&bank, &form, |bank, customer, decision| {
        let id = number(&form, "draft").ok_or(FormError::Incomplete)?;
        let account_id = draft_payment::find(bank, id).ok_or(FormError::Incomplete)?.account_id;
        if !has(bank, customer, account_id) {
            return Err(FormError::Incomplete);
        }
        let decision = Decision::named(decision).ok_or(FormError::Incomplete)?;
        Ok(draft_payment::decide(bank, id, decision)?)
    })
}

/// Accepts or rejects a request that the customer received, or revokes one that the customer made.
async fn decide_request(State(bank): State<SharedBank>, form: Bytes) -> Response {
    act(&bank, &form, |bank, customer, decision| {
        let id = number(&form, "request").ok_or(FormError::Incomplete)?;
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

/// Obeys a form, and shows its customer's page again.
fn act(bank: &SharedBank, form: &[u8], obey: impl FnOnce(&mut Bank, &str, &str) -> Result<(), FormError>) -> Response {
    let customer = value_of(form, "customer").unwrap_or_default();
    let decision = value_of(form, "decision").unwrap_or_default();
    let mut bank = bank.lock();
    let result = obey(&mut bank, &customer, &decision);
    bank.save();
    let known = bank.customers.named(&customer).is_some();
    response(match result {
        Ok(()) => Answer::redirect(&page::address(&customer)),
        Err(error) => {
            let back = if known { page::address(&customer) } else { "/app".to_owned() };
            page::failure(error.status(), &error.to_string(), &back)
        }
    })
}

fn has(bank: &Bank, customer: &str, account_id: u64) -> bool {
    bank.customers.named(customer).is_some_and(|customer| customer.account(account_id).is_some())
}
