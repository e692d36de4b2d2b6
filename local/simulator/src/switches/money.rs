//! Moves money for tests: payments arrive, and drafts and requests are decided. Also lists the objects of the bank, so
//! that tests can count them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::ledger::balance;
use crate::ledger::decision::Decision;
use crate::ledger::transfer;
use crate::ledger::{draft_payment, request_inquiry};
use crate::records::counterparty::Place;
use crate::records::draft_payment::DraftPayment;
use crate::records::parts::decimal;
use crate::records::payment::Payment;
use crate::records::request_inquiry::RequestInquiry;
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;
use crate::switches::{issuer_transactions, psp_draft_payments};

/// The most payments in one request. No test needs more, and their list is still fast.
const MOST_PAYMENTS: u64 = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arriving {
    customer: String,
    /// By default the first account at this bank.
    account: Option<u64>,
    #[serde(default = "one")]
    count: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftDecision {
    draft: u64,
    decision: Decision,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestDecision {
    request: u64,
    decision: Decision,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changing {
    account: u64,
    payment: u64,
    description: String,
}

fn one() -> u64 {
    1
}

/// Books small payments into an account of a customer.
pub(super) async fn arrive(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let Arriving { customer, account, count } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    let known = bank.customers.named(&customer).ok_or(SwitchError::UnknownCustomer(customer))?;
    let mut accounts = known.accounts.iter().filter(|held| held.first_cents().is_some());
    let account = accounts.find(|held| account.is_none_or(|account| held.id == account));
    let account = account.ok_or(SwitchError::NoSuchAccount)?.id;
    if !(1..=MOST_PAYMENTS).contains(&count) {
        return Err(SwitchError::BadCount(MOST_PAYMENTS));
    }
    let (first_id, last_id) = transfer::arrive(bank, account, count);
    bank.save();
    Ok(Json(json!({"account": account, "count": count, "first_id": first_id, "last_id": last_id})))
}

/// Changes the description of a payment, as the bank changes payments by card. The amount stays, so that the balances
/// stay right.
pub(super) async fn change(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let Changing { account, payment, description } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    if !balance::change(bank, account, payment, description) {
        return Err(SwitchError::NoSuchPayment);
    }
    bank.save();
    Ok(Json(json!({"account": account, "payment": payment})))
}

/// Decides a draft, as its customer does in the app.
pub(super) async fn decide_draft(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let DraftDecision { draft, decision } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    draft_payment::decide(bank, draft, decision)?;
    bank.save();
    let status = draft_payment::find(bank, draft).map(|draft| draft.status(bank.now()));
    Ok(Json(json!({"draft": draft, "status": status})))
}

/// Decides a request, as its counterparty does.
pub(super) async fn decide_request(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let RequestDecision { request, decision } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    request_inquiry::decide(bank, request, decision)?;
    bank.save();
    let status = request_inquiry::find(bank, request).map(|request| request.status(bank.now()));
    Ok(Json(json!({"request": request, "status": status})))
}

/// Lists all drafts of both kinds, requests, issuer transactions and payments that were made while the bank ran, except
/// the payments of the switch `payments`.
pub(super) async fn objects(State(desk): State<SharedDesk>) -> Json<Value> {
    let bank = &desk.lock().bank;
    let books = &bank.books;
    let drafts: Vec<Value> = books.draft_payments.iter().map(|draft| of_draft(bank, draft)).collect();
    let requests: Vec<Value> = books.request_inquiries.iter().map(|request| of_request(bank, request)).collect();
    let transactions = books.issuer_transactions.iter();
    let transactions: Vec<Value> = transactions.map(|made| issuer_transactions::entry(bank, made)).collect();
    let psp_drafts = books.psp_draft_payments.iter();
    let psp_drafts: Vec<Value> = psp_drafts.map(|draft| psp_draft_payments::entry(bank, draft)).collect();
    let payments: Vec<Value> = books.payments.iter().map(of_payment).collect();
    Json(json!({
        "draft_payments": drafts,
        "request_inquiries": requests,
        "issuer_transactions": transactions,
        "psp_draft_payments": psp_drafts,
        "payments": payments,
    }))
}

/// A draft with the reference and description of its first entry, and the sum of all entries.
fn of_draft(bank: &Bank, draft: &DraftPayment) -> Value {
    let first = draft.entries.first();
    json!({
        "id": draft.id,
        "account": draft.account_id,
        "status": draft.status(bank.now()),
        "merchant_reference": first.and_then(|entry| entry.merchant_reference.as_deref()),
        "request_id": draft.request_id,
        "amount": decimal(draft.cents()),
        "description": first.map(|entry| entry.description.as_str()),
        "entries": draft.entries.len(),
    })
}

fn of_request(bank: &Bank, request: &RequestInquiry) -> Value {
    let asked = match request.order.counterparty.place {
        Place::Account(id) => Some(id),
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => None,
    };
    json!({
        "id": request.id,
        "account": request.account_id,
        "status": request.status(bank.now()),
        "merchant_reference": request.order.merchant_reference,
        "request_id": request.request_id,
        "amount": decimal(request.order.cents),
        "description": request.order.description,
        "asked_account": asked,
    })
}

fn of_payment(payment: &Payment) -> Value {
    json!({
        "id": payment.id,
        "account": payment.account_id,
        "amount": decimal(payment.cents),
        "merchant_reference": payment.merchant_reference,
        "description": payment.description,
    })
}
