//! How many messages are sent to an endpoint at the same time, and to which endpoints.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::{Receiver, Reply, TestApp, logs};

use crate::fixture::{change, connect_all, delete, replay, report, stored};

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

/// Returns the places of the deliveries that no process has tried to send.
async fn untried(app: &TestApp) -> Vec<Value> {
    let items = stored(app, "DELIVERIES").await.into_iter().filter(|item| item["attempts"]["N"] == "0");
    items.map(|item| item["sk"]["S"].clone()).collect()
}

#[tokio::test]
async fn a_receiver_that_fails_is_tested_with_one_message_and_nothing_else_is_touched() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(500));
    app.create_endpoint(&receiver.url, &["*"]).await;
    connect_all(&app, 12).await;

    assert_eq!(app.deliver().await, report(json!({ "waiting": 5 })), "five failures");
    let waiting = untried(&app).await;
    assert_eq!(waiting.len(), 7);
    app.advance(30).await;
    app.forget_aws_calls().await;
    assert_eq!(app.deliver().await, report(json!({})), "it is not tested yet");
    let calls = app.aws_calls().await;
    let [queries, reads, writes] =
        ["Query", "GetItem", "TransactWriteItems"].map(|name| calls[format!("DynamoDB_20120810.{name}")].as_u64());
    // The workspaces and the end of their list, the clean-ups, the outbox, and the endpoints.
    assert_eq!((queries, reads, writes), (Some(5), None, None), "its deliveries are not read: {calls}");

    app.advance(31).await;
    app.forget_aws_calls().await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })), "a test");
    let writes = app.aws_calls().await["DynamoDB_20120810.TransactWriteItems"].clone();
    assert_eq!((writes, receiver.ids().len()), (json!(2), 6), "a claim and a result");
    assert_eq!(untried(&app).await, waiting[1..], "nothing else was moved");

    app.advance(61).await;
    receiver.answer(Reply::status(204));
    assert_eq!(app.deliver().await, report(json!({ "delivered": 12 })));
}

#[tokio::test]
async fn the_longer_a_receiver_fails_the_more_rarely_it_is_tested() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(500));
    app.create_endpoint(&receiver.url, &["*"]).await;
    connect_all(&app, 10).await;
    app.deliver().await;

    app.advance(5000).await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    app.advance(400).await;
    assert_eq!(app.deliver().await, report(json!({})));
    app.advance(110).await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
}

#[tokio::test]
async fn many_deliveries_of_one_endpoint_hide_no_other() {
    let app = TestApp::start().await;
    let receivers = join_all((0..2).map(|_| Receiver::start())).await;
    let many = app.create_endpoint(&receivers[0].url, &["*"]).await;
    app.create_endpoint(&receivers[1].url, &["*"]).await;
    connect_all(&app, 8).await;
    let since = json!("2020-01-01T00:00:00Z");
    // More than one query returns.
    for _ in 0..13 {
        assert_eq!(replay(&app, &many, &since).await.json(), json!({ "events": 8 }));
    }

    app.deliver().await;
    assert_eq!(receivers[1].ids().len(), 8, "the other endpoint has everything");
    // A run on a busy machine can lack time.
    for _ in 0..9 {
        if app.deliver().await == report(json!({})) {
            break;
        }
    }

    assert_eq!(receivers[0].ids().len(), 112);
}

#[tokio::test]
async fn a_workspace_takes_only_a_part_of_the_places() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(204).after(Duration::from_millis(500)));
    for _ in 0..4 {
        app.create_endpoint(&receiver.url, &["*"]).await;
    }
    connect_all(&app, 5).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 20 })));

    assert_eq!(receiver.most_at_once(), 10);
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
    delete(&app, &deleted).await;

    assert_eq!(app.deliver().await, report(json!({ "cancelled": 2 })));
    app.connect("company").await;
    app.deliver().await;

    assert_eq!((receiver.ids().len(), stored(&app, "DELIVERIES").await.len()), (0, 0));
}

#[tokio::test]
async fn what_waits_is_measured_after_each_run() {
    logs::capture();
    let app = TestApp::start().await;
    let measure = async |app: &TestApp| {
        let deadline = Deadline::after(Duration::from_secs(60));
        deliver::run_and_measure(app.compose().await, deadline).await.unwrap();
        // No other test measures.
        let text = logs::text();
        let value = |name: &str| {
            let line = text.lines().rfind(|line| line.contains(&format!("\"{name}\":"))).unwrap();
            serde_json::from_str::<Value>(line).unwrap()[name].as_i64().unwrap()
        };
        (value("WebhooksOverdue"), value("WebhooksStuck"))
    };
    assert_eq!(measure(&app).await, (0, 0));

    // An event that has a number and is never sent, because the function cannot read its key.
    app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
    app.connect("person").await;
    app.get("/webhook-events").await;
    app.delete_secret("delivery-key").await;
    app.advance(700).await;

    let (overdue, stuck) = measure(&app).await;
    assert!((700..710).contains(&overdue), "{overdue}");
    assert_eq!(stuck, 1);

    // An event bus that does not answer.
    let app = TestApp::builder().variable("EVENT_BUS", "own").start().await;
    app.connect("person").await;
    app.aws_fault(json!({ "target": "AWSEvents.PutEvents", "times": 99, "error": "InternalFailure" })).await;
    let (overdue, stuck) = measure(&app).await;
    assert!(overdue < 60 && stuck == 1, "{overdue} {stuck}");
    app.advance(700).await;
    let (overdue, stuck) = measure(&app).await;
    assert!((700..760).contains(&overdue), "{overdue}");
    assert_eq!(stuck, 1);
}
