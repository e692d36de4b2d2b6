//! Helpers that these tests share.

use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use testkit::{Answer, JsonBody as _, Received, TestApp};

/// Returns all events of the feed with the key that has every scope.
pub(crate) async fn feed(app: &TestApp) -> Vec<Value> {
    let page = app.get("/webhook-events?count=100").await.json();
    page["events"].as_array().unwrap().clone()
}

/// Returns the ids of these events.
pub(crate) fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns the items of the Events table whose key begins like this.
pub(crate) async fn stored(app: &TestApp, start: &str) -> Vec<Value> {
    let items = app.scan("events").await.into_iter();
    items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with(start)).collect()
}

/// Returns the logs of all deliveries that were tried.
pub(crate) async fn attempted(app: &TestApp) -> Vec<Value> {
    // The event itself is the first item of its log.
    stored(app, "LOG#").await.into_iter().filter(|item| item["sk"]["S"] != "event").collect()
}

/// Returns the states of all deliveries that were tried, with the number of attempts.
pub(crate) async fn states(app: &TestApp) -> Vec<(String, u32)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let logs = attempted(app).await;
    logs.iter().map(|log| (text(&log["state"]["S"]), text(&log["attempts"]["N"]).parse().unwrap())).collect()
}

/// Returns an endpoint as the owner reads it.
pub(crate) async fn read(app: &TestApp, endpoint: &Value) -> Value {
    let answer = app.get(&path(endpoint)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Returns the path of an endpoint.
pub(crate) fn path(endpoint: &Value) -> String {
    format!("/webhook-endpoints/{}", endpoint["id"].as_str().unwrap())
}

/// Returns the log of an event as the owner reads it.
pub(crate) async fn log(app: &TestApp, event: &Value) -> Value {
    let answer = app.get(&format!("/webhook-events/{}", event["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Asks for another delivery of an event to an endpoint.
pub(crate) async fn redeliver(app: &TestApp, event: &Value, endpoint: &Value) -> Answer {
    let path = format!("/webhook-events/{}/redeliver", event["id"].as_str().unwrap());
    app.post(&path, &json!({ "endpoint_id": endpoint["id"] })).await
}

/// Asks for other deliveries of the events since a time to an endpoint.
pub(crate) async fn replay(app: &TestApp, endpoint: &Value, since: &Value) -> Answer {
    app.post(&format!("{}/replay", path(endpoint)), &json!({ "since": since })).await
}

/// Deletes an endpoint.
pub(crate) async fn delete(app: &TestApp, endpoint: &Value) {
    let request = app.request(Method::DELETE, &path(endpoint)).bearer_auth(&app.api_key);
    assert_eq!(app.send(request).await.status, 204);
}

/// Stores an item of the Events table.
pub(crate) async fn put(app: &TestApp, item: &Value) {
    app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "events", "Item": item })).await;
}

/// Changes an endpoint.
pub(crate) async fn change(app: &TestApp, endpoint: &Value, change: Value) -> Value {
    let request = app.request(Method::PATCH, &path(endpoint)).bearer_auth(&app.api_key);
    let answer = app.send(request.json_body(&change)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Returns whether this secret has made one of the signatures, whatever the time is.
pub(crate) fn signed_with(message: &Received, secret: &str) -> bool {
    let time = message.header("webhook-timestamp").parse().unwrap();
    let signature = Webhook::new(secret).unwrap().sign(message.id(), time, message.text.as_bytes()).unwrap();
    message.header("webhook-signature").split(' ').any(|one| one == signature)
}

/// A report with these counts, and zero elsewhere.
pub(crate) fn report(counts: Value) -> Value {
    let mut report = json!({
        "delivered": 0, "waiting": 0, "failed": 0, "cancelled": 0, "lost": 0, "unreadable": 0, "unsignable": 0,
        "bus_failed": 0,
    });
    report.as_object_mut().unwrap().extend(counts.as_object().unwrap().clone());
    report
}

/// Connects this many new people.
pub(crate) async fn connect_all(app: &TestApp, count: usize) {
    for name in app.bank.add_people(count).await {
        app.connect(&name).await;
    }
}
