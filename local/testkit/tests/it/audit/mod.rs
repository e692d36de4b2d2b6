//! The audit line of each request (who did what to whose data, and how it ended), and the metrics of the alarms.

mod consents;
mod context;
mod metrics;
mod refusals;
mod walk;

use serde_json::{Value, json};
use testkit::{Answer, TestApp, logs};

/// Returns every audit line of this process so far.
fn lines() -> Vec<Value> {
    let lines = logs::text();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "audit").collect()
}

/// Returns the audit lines of a request.
fn audited(answer: &Answer) -> Vec<Value> {
    let id = answer.header("x-request-id");
    assert!(!id.is_empty(), "{answer:?}");
    lines().into_iter().filter(|line| line["request_id"] == id).collect()
}

/// Returns the only audit line of a request.
#[track_caller]
fn one(answer: &Answer) -> Value {
    let lines = audited(answer);
    let [line] = lines.as_slice() else { panic!("{} lines for {answer:?}", lines.len()) };
    line.clone()
}

/// Returns the id of the key that has every scope.
async fn key_id(app: &TestApp) -> Value {
    app.setup(json!({ "action": "list_api_keys" })).await.unwrap()["api_keys"][0]["id"].clone()
}

/// Returns a draft of a payment, with words that no log may contain.
fn draft() -> Value {
    json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Rent of a secret flat",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    })
}
