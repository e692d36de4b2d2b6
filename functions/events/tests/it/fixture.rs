//! Helpers that these tests share.

use serde_json::Value;
use testkit::TestApp;

/// A page of events with the key that has every scope.
pub(crate) async fn events(app: &TestApp, query: &str) -> Value {
    let answer = app.get(&format!("/webhook-events{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The types of a page's events, each with its customer.
pub(crate) fn changes(page: &Value) -> Vec<(&str, &str)> {
    let events = page["events"].as_array().unwrap().iter();
    events.map(|event| (event["type"].as_str().unwrap(), event["data"]["user_id"].as_str().unwrap())).collect()
}

/// The ids of a page's events.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    page["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// The query that continues after a page.
pub(crate) fn after(page: &Value) -> String {
    format!("?after={}", page["next_cursor"].as_str().unwrap())
}

/// The number in a page's cursor.
pub(crate) fn end(page: &Value) -> u64 {
    page["next_cursor"].as_str().unwrap().split('-').next().unwrap().parse().unwrap()
}
