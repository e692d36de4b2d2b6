//! How many messages are sent to an endpoint at the same time, and to which endpoints.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::{Receiver, Reply, TestApp, logs};

use crate::fixture::{change, connect_all, path, report, stored};

#[tokio::test]
async fn a_slow_receiver_gets_five_messages_at_a_time_and_keeps_no_other_waiting() {
    let app = TestApp::start().await;
    let (slow, fast) = (Receiver::start().await, Receiver::start().await);
    slow.answer(Reply::status(204).after(Duration::from_millis(150)));
    app.create_endpoint(&slow.url, &["*"]).await;
    app.create_endpoint(&fast.url, &["*"]).await;
    connect_all(&app, 11).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 22 })));

    assert_eq!((slow.ids().len(), fast.ids().len()), (11, 11));
    assert_eq!(slow.most_at_once(), 5);
}

#[tokio::test]
async fn a_receiver_that_fails_is_tested_with_one_message() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(500));
    app.create_endpoint(&receiver.url, &["*"]).await;
    connect_all(&app, 12).await;

    let first = app.deliver().await;
    assert_eq!(first, report(json!({ "waiting": 6, "postponed": 6 })), "five, and a test");
    receiver.answer(Reply::status(204));
    app.advance(61).await;
    let second = app.deliver().await;

    assert_eq!(second, report(json!({ "delivered": 12 })));
}

#[tokio::test]
async fn what_waits_for_an_endpoint_that_is_disabled_or_deleted_is_not_sent() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let disabled = app.create_endpoint(&receiver.url, &["*"]).await;
    let deleted = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.get("/webhook-events").await;
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 2);
    let change = change(&app, &disabled, json!({ "state": "disabled" })).await;
    assert_eq!(change["disabled_because"], "requested");
    let delete = app.request(Method::DELETE, &path(&deleted)).bearer_auth(&app.api_key);
    assert_eq!(app.send(delete).await.status, 204);

    assert_eq!(app.deliver().await, report(json!({ "cancelled": 2 })));
    app.connect("company").await;
    app.deliver().await;

    assert_eq!((receiver.ids().len(), stored(&app, "DELIVERIES").await.len()), (0, 0));
}

#[tokio::test]
async fn what_waits_is_measured_after_each_run() {
    logs::capture();
    let app = TestApp::start().await;
    let measure = async || {
        let deadline = Deadline::after(Duration::from_secs(60));
        deliver::run_and_measure(app.compose().await, deadline).await.unwrap();
        // No other test measures.
        let text = logs::text();
        let line = text.lines().rfind(|line| line.contains("\"WebhooksOverdue\":")).unwrap();
        serde_json::from_str::<Value>(line).unwrap()["WebhooksOverdue"].as_i64().unwrap()
    };
    assert_eq!(measure().await, 0);

    // An event that has a number and is never sent, because the function cannot read its key.
    app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
    app.connect("person").await;
    app.get("/webhook-events").await;
    app.delete_secret("delivery-key").await;
    app.advance(700).await;

    assert!((700..710).contains(&measure().await));
}
