//! Helpers of the tests about notifications.

use std::time::Duration;

use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::{Answer, TestApp};

/// The calls that read and write the filters, as in the bank's call log.
pub(super) const READ: &str = "GET user/{user-id}/notification-filter-url";
pub(super) const WRITE: &str = "POST user/{user-id}/notification-filter-url";
/// The categories of a deployment by default.
pub(super) const USUAL: [&str; 4] = ["MUTATION", "DRAFT_PAYMENT", "REQUEST", "OAUTH"];

/// A deployment with callbacks and one connected customer, whose applications share one list at the bank; and the path
/// of the customer's notifications. The bank's call log is empty.
pub(super) async fn connected() -> (TestApp, String) {
    let app = TestApp::builder().with_callbacks().start().await;
    app.bank.settings(json!({ "callback_targets": "loopback", "notification_filter_sets": "shared" })).await;
    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;
    (app, format!("/user/{user_id}/notifications"))
}

pub(super) async fn enable(app: &TestApp, path: &str) -> Answer {
    app.put(path, &json!({ "enabled": true })).await
}

/// Another application sets a filter.
pub(super) async fn foreign(app: &TestApp, category: &str, host: &str) -> u64 {
    let target = format!("https://{host}/hook");
    app.bank.set_foreign_filter(json!({ "customer": "person", "category": category, "target": target })).await
}

/// The filters at the bank whose target is ours, or is not.
pub(super) async fn at_bank(app: &TestApp, are_ours: bool) -> Vec<Value> {
    let prefix = app.url.join("hooks/bunq/").unwrap();
    let mut filters = app.bank.filters().await;
    filters.retain(|filter| filter["target"].as_str().unwrap().starts_with(prefix.as_str()) == are_ours);
    filters
}

/// The categories of our filters at the bank, in its order.
pub(super) async fn ours(app: &TestApp) -> Vec<String> {
    at_bank(app, true).await.iter().map(|filter| filter["category"].as_str().unwrap().to_owned()).collect()
}

/// The category and the host of a filter.
pub(super) fn name(filter: &Value) -> (String, String) {
    let target: reqwest::Url = filter["target"].as_str().unwrap().parse().unwrap();
    (filter["category"].as_str().unwrap().to_owned(), target.host_str().unwrap().to_owned())
}

/// The categories and hosts of the filters of other applications at the bank, sorted.
pub(super) async fn others(app: &TestApp) -> Vec<(String, String)> {
    let mut others: Vec<_> = at_bank(app, false).await.iter().map(name).collect();
    others.sort();
    others
}

/// The state of an answer, and those of its categories in their order.
#[track_caller]
pub(super) fn states(answer: &Answer) -> (String, Vec<String>) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let text = |value: &Value| value["state"].as_str().unwrap().to_owned();
    (text(&body), body["categories"].as_array().unwrap().iter().map(text).collect())
}

/// Runs the background pass in a process with empty memory.
pub(super) async fn keep(app: &TestApp, most: u32) -> Value {
    let process = app.compose().await;
    let kept = process.tpp.notifications.keep_filters(most, Deadline::after(Duration::from_secs(25))).await;
    json!(kept.unwrap())
}

/// The states in the events of the feed, in their order.
pub(super) async fn announced(app: &TestApp) -> Vec<String> {
    let page = app.get("/webhook-events").await.json();
    let events = page["events"].as_array().unwrap().iter();
    let events = events.filter(|event| event["type"] == "connection.notifications");
    events.map(|event| event["data"]["state"].as_str().unwrap().to_owned()).collect()
}
