//! Lists the customers, adds customers of the user, and gives them API keys.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::{Schema, schema_for};
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::ledger::{balance, sandbox};
use crate::records::books::Owner;
use crate::records::customer_file::format::CustomerFile;
use crate::records::customer_file::{ReadFile, Repeated};
use crate::records::customers::customer::Customer;
use crate::records::parts::decimal;
use crate::switches::body::{NamedCustomer, parsed};
use crate::switches::error::SwitchError;

pub(super) async fn list(State(desk): State<SharedDesk>) -> Json<Value> {
    let bank = &desk.lock().bank;
    let customers: Vec<Value> = bank
        .customers
        .iter()
        .map(|customer| {
            let mut accounts: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
            for account in &customer.accounts {
                accounts.entry(account.kind.name()).or_default().push(account.id);
            }
            json!({
                "name": customer.name,
                "display_name": customer.display_name,
                "kind": customer.kind(),
                "id": customer.id,
                "accounts": accounts,
                "api_key": api_key(bank, customer),
            })
        })
        .collect();
    Json(json!({"customers": customers}))
}

/// Adds the customers of a file, all or none.
pub(super) async fn add(State(desk): State<SharedDesk>, body: Bytes) -> Result<(StatusCode, Json<Value>), SwitchError> {
    // Other bytes become a character that is not JSON outside texts.
    let file = ReadFile::of(&String::from_utf8_lossy(&body))?;
    let bank = &mut desk.lock().bank;
    let names = bank.add_customers(&file, Repeated::Refused)?;
    bank.save();
    let added: Vec<Value> =
        names.iter().filter_map(|name| bank.customers.named(name)).map(|customer| entry(bank, customer)).collect();
    Ok((StatusCode::CREATED, Json(json!({"customers": added}))))
}

/// The JSON schema of a file of customers.
pub(super) async fn schema() -> Json<Schema> {
    Json(schema_for!(CustomerFile))
}

/// Gives a customer a new API key, with which the bank's client libraries can call.
pub(super) async fn give_key(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let NamedCustomer { customer } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    let user_id = bank.customers.named(&customer).ok_or(SwitchError::UnknownCustomer(customer.clone()))?.id;
    let api_key = sandbox::give_key(bank, user_id, &customer);
    bank.save();
    Ok(Json(json!({"customer": customer, "api_key": api_key})))
}

/// A new customer with its accounts.
fn entry(bank: &Bank, customer: &Customer) -> Value {
    let accounts = customer.accounts.iter().map(|account| {
        json!({
            "id": account.id,
            "kind": account.kind.name(),
            "description": account.description,
            "iban": account.iban(),
            "balance": decimal(balance::balance(bank, account).unwrap_or(account.cents)),
            "payments": bank.history.of(account.id).len(),
        })
    });
    json!({
        "name": customer.name,
        "display_name": customer.display_name,
        "kind": customer.kind(),
        "id": customer.id,
        "api_key": api_key(bank, customer),
        "accounts": accounts.collect::<Vec<_>>(),
    })
}

/// The newest API key of a customer that works.
fn api_key<'a>(bank: &'a Bank, customer: &Customer) -> Option<&'a str> {
    let now = bank.now();
    let is_own = |owner: &Owner| match owner {
        Owner::Customer { user_id, .. } => *user_id == customer.id,
        Owner::Psp { .. } | Owner::Consent { .. } => false,
    };
    let mut credentials = bank.books.credentials.iter().rev();
    let newest = credentials.find(|credential| is_own(&credential.owner) && credential.is_usable(now));
    newest.map(|credential| credential.secret.as_str())
}
