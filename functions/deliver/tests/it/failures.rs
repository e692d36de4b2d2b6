//! Receivers that fail, and when a message is sent again.

use serde_json::{Value, json};
use testkit::{Receiver, Reply, TestApp, logs};

use crate::fixture::{attempted, change, feed, read, report, states, stored};

/// The waits of the schedule in seconds, each with the largest jitter and a second.
const WAITS: [i64; 9] = [7, 361, 2161, 8641, 21_601, 43_201, 60_481, 86_401, 103_681];

async fn failing(status: u16) -> (TestApp, Receiver, Value) {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(status));
    let endpoint = app.create_endpoint(&receiver.url, &["connection.created", "webhook.*"]).await;
    app.connect("person").await;
    (app, receiver, endpoint)
}

#[tokio::test]
async fn a_message_is_sent_again_with_the_same_id_when_its_time_has_come() {
    let (app, receiver, endpoint) = failing(500).await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    assert_eq!(app.deliver().await, report(json!({})), "it is too early");
    assert!(read(&app, &endpoint).await["failing_since"].is_string());

    app.advance(WAITS[0]).await;
    receiver.answer(Reply::status(204));
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    let messages = receiver.received();
    assert_eq!((messages.len(), messages[0].id()), (2, messages[1].id()));
    assert_ne!(messages[0].header("webhook-timestamp"), messages[1].header("webhook-timestamp"));
    assert_eq!(states(&app).await, [("delivered".to_owned(), 2)]);
    assert!(read(&app, &endpoint).await["failing_since"].is_null());
}

#[tokio::test]
async fn the_tenth_failure_is_the_last() {
    let (app, receiver, endpoint) = failing(500).await;
    for wait in WAITS {
        assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
        app.advance(wait).await;
    }

    assert_eq!(app.deliver().await, report(json!({ "failed": 1 })));

    assert_eq!((receiver.ids().len(), states(&app).await), (10, vec![("failed".to_owned(), 10)]));
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
    assert_eq!(read(&app, &endpoint).await["state"], "enabled");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_and_the_feed_says_so() {
    let (app, receiver, endpoint) = failing(410).await;
    let other = Receiver::start().await;
    app.create_endpoint(&other.url, &["webhook.disabled"]).await;

    assert_eq!(app.deliver().await, report(json!({ "cancelled": 1 })));
    app.deliver().await;

    let disabled = read(&app, &endpoint).await;
    assert_eq!((&disabled["state"], &disabled["disabled_because"]), (&json!("disabled"), &json!("gone")));
    let event = feed(&app).await.pop().unwrap();
    assert_eq!((&event["type"], &event["data"]["endpoint_id"]), (&json!("webhook.disabled"), &endpoint["id"]));
    assert_eq!(event["data"]["user_id"], Value::Null);
    assert_eq!(other.ids(), [event["id"].as_str().unwrap()], "other endpoints get it");
    assert!(logs::text().contains("WebhooksDisabled"));
    app.connect("company").await;
    assert_eq!(app.deliver().await, report(json!({})));
    assert_eq!(receiver.ids().len(), 1);

    receiver.answer(Reply::status(204));
    let enabled = change(&app, &endpoint, json!({ "state": "enabled" })).await;
    assert_eq!((&enabled["state"], &enabled["disabled_because"]), (&json!("enabled"), &Value::Null));
    assert_eq!(app.deliver().await, report(json!({})), "what happened meanwhile is not sent");
    app.connect("empty").await;
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
}

#[tokio::test]
async fn an_endpoint_that_fails_for_five_days_is_disabled() {
    let (app, _receiver, endpoint) = failing(503).await;
    for (day, customer) in ["company", "empty"].into_iter().enumerate() {
        for _ in 0..6 {
            app.deliver().await;
            app.advance(36_000).await;
        }
        assert_eq!(read(&app, &endpoint).await["state"], "enabled", "day {day}");
        app.connect(customer).await;
    }
    app.deliver().await;

    let disabled = read(&app, &endpoint).await;
    assert_eq!((&disabled["state"], &disabled["disabled_because"]), (&json!("disabled"), &json!("failing")));
    app.advance(7 * 86_400).await;
    app.deliver().await;
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0, "nothing waits for it");
}

#[tokio::test]
async fn all_messages_wait_as_long_as_the_receiver_asks() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::status(429).with("retry-after", "3600")]);
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    app.connect("company").await;

    assert_eq!(app.deliver().await, report(json!({})));
    app.advance(3500).await;
    app.deliver().await;
    assert_eq!(receiver.ids().len(), 1);

    app.advance(3600 / 5 + 101).await;
    assert_eq!(app.deliver().await, report(json!({ "delivered": 2 })));
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (app, receiver, endpoint) = failing(204).await;
    receiver.answer(Reply::status(302).with("location", "/elsewhere"));

    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    let tested = app.post(&format!("/webhook-endpoints/{}/test", endpoint["id"].as_str().unwrap()), &json!({})).await;

    assert_eq!(receiver.ids().len(), 2);
    let tested = tested.json();
    assert_eq!((&tested["status"], &tested["error"]), (&json!(302), &json!("redirect")));
    let log = &attempted(&app).await[0]["last"]["M"];
    assert_eq!((&log["status"]["N"], &log["error"]["S"]), (&json!("302"), &json!("redirect")));
}
