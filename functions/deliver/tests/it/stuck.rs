//! What cannot be sent, written or read stops nothing else.

use serde_json::{Value, json};
use testkit::{Receiver, TestApp, logs};

use crate::fixture::{feed, log, put, report, states, stored};

const TRANSACTION: &str = "DynamoDB_20120810.TransactWriteItems";

async fn with_event() -> (TestApp, Receiver) {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    (app, receiver)
}

#[tokio::test]
async fn a_transaction_that_meets_another_one_or_a_lack_of_capacity_is_tried_again() {
    for reason in ["TransactionConflict", "ThrottlingError"] {
        // Those of the number, the claim and the result.
        for nth in 1..=3 {
            let (app, receiver) = with_event().await;
            app.aws_fault(json!({ "target": TRANSACTION, "nth": nth, "times": 4, "error": reason })).await;

            assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })), "{reason} {nth}");

            assert_eq!(receiver.ids().len(), 1, "{reason} {nth}");
        }
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_claimed_is_left_for_the_next_run() {
    let (app, receiver) = with_event().await;
    feed(&app).await;
    app.aws_fault(json!({ "target": TRANSACTION, "times": 6, "error": "ThrottlingError" })).await;

    assert_eq!(app.deliver().await, report(json!({ "lost": 1 })));
    assert_eq!(receiver.ids().len(), 0);

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
}

#[tokio::test]
async fn a_message_whose_attempts_never_have_a_result_is_given_up() {
    let (app, receiver) = with_event().await;
    feed(&app).await;
    for _ in 0..10 {
        // As if the process ended while it sends the message. The first transaction is the claim.
        app.aws_fault(json!({ "target": TRANSACTION, "nth": 2, "times": 9, "drop": "before" })).await;
        assert_eq!(app.deliver().await, report(json!({ "lost": 1 })));
        app.aws_recover().await;
        app.advance(61).await;
    }
    assert_eq!(receiver.ids().len(), 10);

    assert_eq!(app.deliver().await, report(json!({ "failed": 1, "lost": 1 })));

    assert_eq!((receiver.ids().len(), states(&app).await), (10, vec![("failed".to_owned(), 10)]));
    let [event] = feed(&app).await.try_into().unwrap();
    let last = log(&app, &event).await["deliveries"][0]["last_attempt"].clone();
    assert_eq!((&last["error"], &last["status"]), (&json!("lost"), &Value::Null));
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
    assert_eq!(app.deliver().await, report(json!({})));
}

#[tokio::test]
async fn items_that_cannot_be_read_are_counted_and_stop_nothing() {
    let (app, receiver) = with_event().await;
    feed(&app).await;
    let waiting = stored(&app, "DELIVERIES").await[0]["pk"]["S"].clone();
    for (pk, sk) in [
        (waiting, "0000000000000#unreadable-marker"),
        (json!("OUTBOX#default"), "0000000000000#unreadable-marker"),
        (json!("ENDPOINTS#default"), "we_unreadable-marker"),
        (json!("CLEANUP"), "we_unreadable-marker"),
        (json!("WORKSPACES"), "unreadable-marker"),
    ] {
        put(&app, &json!({ "pk": { "S": pk }, "sk": { "S": sk }, "text": { "S": "unreadable-marker" } })).await;
    }
    app.connect("company").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2, "unreadable": 5 })));

    assert_eq!((receiver.ids().len(), feed(&app).await.len()), (2, 2));
    let text = logs::text();
    assert!(text.contains("a delivery is unreadable") && text.contains("an endpoint is unreadable"), "they are logged");
    assert!(!text.contains("unreadable-marker"), "without their content");
}

#[tokio::test]
async fn an_endpoint_whose_secret_cannot_be_opened_is_counted_and_stops_no_other() {
    let (app, receiver) = with_event().await;
    let broken = app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
    let endpoints = stored(&app, "ENDPOINTS#").await.into_iter();
    let mut item = endpoints.clone().find(|item| item["sk"]["S"] == broken["id"]).unwrap();
    let other = endpoints.clone().find(|item| item["sk"]["S"] != broken["id"]).unwrap();
    // Another endpoint's secret: sealed, but for another place.
    item["secret"] = other["secret"].clone();
    put(&app, &item).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1, "unsignable": 1 })));

    assert_eq!((receiver.ids().len(), stored(&app, "DELIVERIES").await.len()), (1, 1));
    assert_eq!(states(&app).await, [("delivered".to_owned(), 1)], "nothing was claimed");
}
