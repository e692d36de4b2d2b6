//! A connected person, and the orders that can be placed for them.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

/// The person's main account at the simulated bank.
pub(crate) const ACCOUNT: u64 = 60101;

/// A deployment with a connected person, and that person's `user_id`.
pub(crate) async fn connected() -> (TestApp, String) {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;
    (app, user_id)
}

/// A body that drafts a payment to an IBAN.
pub(crate) fn draft(description: &str) -> Value {
    json!({
        "monetary_account_id": ACCOUNT,
        "amount": "5.00",
        "currency": "EUR",
        "description": description,
        "receiver_type": "IBAN",
        "receiver_value": "NL91ABNA0417164300",
        "receiver_name": "J. Jansen",
    })
}

/// A body that asks the sandbox's test user, who accepts at once, for money.
pub(crate) fn inquiry(description: &str) -> Value {
    json!({
        "monetary_account_id": ACCOUNT,
        "amount": "20.00",
        "currency": "EUR",
        "description": description,
        "receiver_type": "EMAIL",
        "receiver_value": "sugardaddy@bunq.com",
    })
}

/// The id in bunq's answer to a creation.
pub(crate) fn created_id(body: &Value) -> u64 {
    body["Response"][0]["Id"]["id"].as_u64().unwrap_or_else(|| panic!("no id: {body}"))
}

/// The path of an answer's link to the next page.
pub(crate) fn next_path(answer: &Answer) -> Option<String> {
    let link = answer.header("link").split(", ").find(|link| link.ends_with("rel=\"next\""))?;
    link.split_once('<')?.1.split_once('>').map(|(path, _)| path.to_owned())
}

/// The path below an account's transactions.
pub(crate) fn transactions_path(user_id: &str, account: u64, rest: &str) -> String {
    format!("/user/{user_id}/monetary-account/{account}/transactions{rest}")
}

/// Sends GET with a header `Accept`.
pub(crate) async fn get_as(app: &TestApp, path: &str, accept: &str) -> Answer {
    app.send(app.request(reqwest::Method::GET, path).bearer_auth(&app.api_key).header("Accept", accept)).await
}
