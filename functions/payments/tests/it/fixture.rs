//! A connected person, and the orders that can be placed for them.

use serde_json::{Value, json};
use testkit::TestApp;

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
