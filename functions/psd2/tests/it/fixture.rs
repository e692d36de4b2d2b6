//! An issuer transaction, and helpers that read one.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

/// The path of the collection.
pub(crate) const PATH: &str = "/psd2/payment-service-provider-issuer-transaction";
/// The call that creates a transaction, as in the bank's call log.
pub(crate) const CREATE: &str = "POST user/{user-id}/payment-service-provider-issuer-transaction";
/// The call that lists transactions.
pub(crate) const LIST: &str = "GET user/{user-id}/payment-service-provider-issuer-transaction";
/// The call that opens a session.
pub(crate) const SESSION: &str = "POST session-server";
/// Where the customer's browser goes after the payment.
pub(crate) const SHOP: &str = "https://shop.example/thanks?order=7";

const OBJECT: &str = "PaymentServiceProviderIssuerTransaction";

/// A body that the bank accepts.
pub(crate) fn transaction(description: &str) -> Value {
    json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": description,
        "url_redirect": SHOP,
    })
}

/// The id in bunq's answer to a creation.
#[track_caller]
pub(crate) fn created_id(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["Response"][0]["Id"]["id"].as_u64().unwrap_or_else(|| panic!("no id: {answer:?}"))
}

/// The target of a `Link` of this relation; `None` if there is no such link.
pub(crate) fn linked(answer: &Answer, relation: &str) -> Option<String> {
    let end = format!(">; rel=\"{relation}\"");
    let link = answer.header("link").split(", ").find(|link| link.ends_with(&end))?;
    Some(link.trim_start_matches('<').trim_end_matches(&end).to_owned())
}

/// Creates a transaction and reads it: returns its URL and the transaction.
pub(crate) async fn made(app: &TestApp, description: &str) -> (String, Value) {
    let created = app.post(PATH, &transaction(description)).await;
    created_id(&created);
    let location = created.header("location").to_owned();
    let transaction = read(app, &location).await;
    (location, transaction)
}

/// Reads a transaction.
pub(crate) async fn read(app: &TestApp, location: &str) -> Value {
    let answer = app.get(location).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    transaction_in(&answer)
}

/// The first transaction of an answer.
#[track_caller]
pub(crate) fn transaction_in(answer: &Answer) -> Value {
    let body = answer.json();
    let found = body["Response"][0][OBJECT].clone();
    assert!(found.is_object(), "{body}");
    found
}

/// The ids of a page of the list.
pub(crate) fn ids(page: &Answer) -> Vec<u64> {
    assert_eq!(page.status, 200, "{page:?}");
    let body = page.json();
    let objects = body["Response"].as_array().unwrap();
    objects.iter().map(|object| object[OBJECT]["id"].as_u64().unwrap()).collect()
}

/// A text field of an object.
#[track_caller]
pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_else(|| panic!("no {name}: {object}")).to_owned()
}

/// The number of transactions at the bank.
pub(crate) async fn count(app: &TestApp) -> usize {
    let objects = app.bank.objects().await;
    objects["issuer_transactions"].as_array().unwrap_or_else(|| panic!("no list: {objects}")).len()
}
