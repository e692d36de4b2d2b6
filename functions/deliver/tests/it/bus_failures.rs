//! The event bus fails, refuses single events, or the process ends: no event is lost.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{TestApp, logs};

use crate::{
    bus::{details, with_bus},
    fixture::{connect_all, feed, ids, report, stored},
};

const CALL: &str = "AWSEvents.PutEvents";

#[tokio::test]
async fn an_event_that_is_refused_in_an_answer_with_status_200_is_sent_again() {
    let app = with_bus().await;
    connect_all(&app, 3).await;
    app.refuse_bus_events(json!({ "nth": 2, "code": "ThrottlingException" })).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2, "waiting": 1 })));
    assert_eq!((details(&app).await.len(), stored(&app, "DELIVERIES").await.len()), (2, 1));
    assert_eq!(app.deliver().await, report(json!({})), "it is not due yet");
    app.advance(7).await;
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    let (mut sent, mut happened) = (ids(&details(&app).await), ids(&feed(&app).await));
    sent.sort();
    happened.sort();
    assert_eq!(sent, happened);
}

#[tokio::test]
async fn an_event_that_is_refused_again_and_again_is_reported_and_given_up_after_ten_attempts() {
    let app = with_bus().await;
    app.connect("person").await;
    app.refuse_bus_events(json!({ "times": 99, "code": "MalformedDetail" })).await;

    for attempt in 1..=10 {
        let reported = u32::from(attempt >= 3);
        let outcome = if attempt < 10 { "waiting" } else { "failed" };
        assert_eq!(app.deliver().await, report(json!({ outcome: 1, "bus_failed": reported })), "{attempt}");
        app.advance(29 * 3600).await;
    }

    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
    assert_eq!(feed(&app).await.len(), 1, "it stays in the feed");
    let text = logs::text();
    assert!(text.contains("MalformedDetail") && text.contains("an event was given up after its last attempt"));
}

#[tokio::test]
async fn a_bus_that_fails_as_a_whole_costs_no_event_an_attempt() {
    let app = with_bus().await;
    connect_all(&app, 12).await;
    app.aws_fault(json!({ "target": CALL, "times": 99, "error": "InternalFailure" })).await;
    for _ in 0..12 {
        app.forget_aws_calls().await;
        assert_eq!(app.deliver().await, report(json!({ "bus_failed": 1 })));
        assert_eq!(app.aws_calls().await[CALL], 3, "the attempts of one call");
        app.advance(86_400).await;
    }
    let attempts = stored(&app, "DELIVERIES").await.into_iter().map(|item| item["attempts"]["N"].clone());
    assert_eq!(attempts.collect::<Vec<_>>(), vec![json!("0"); 12]);
    app.aws_recover().await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 12 })));

    let (mut sent, mut happened) = (ids(&details(&app).await), ids(&feed(&app).await));
    sent.sort();
    happened.sort();
    assert_eq!(sent, happened);
}

#[tokio::test]
async fn items_that_cannot_be_read_stop_nothing() {
    let app = with_bus().await;
    app.connect("person").await;
    feed(&app).await;
    let mut item = stored(&app, "DELIVERIES").await[0].clone();
    item["sk"] = json!({ "S": "0000000000000#unreadable-marker" });
    item["event"] = json!({ "S": "unreadable-marker" });
    crate::fixture::put(&app, &item).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1, "unreadable": 1 })));

    assert!(!logs::text().contains("unreadable-marker"));
}

/// Delivers two events with a fault in the first run. Returns how many events arrived.
async fn with_fault(fault: Value) -> usize {
    let app: TestApp = with_bus().await;
    connect_all(&app, 2).await;
    app.aws_fault(fault.clone()).await;
    let _ = app.try_deliver().await;
    app.aws_recover().await;
    // The claims of the first run end.
    app.advance(61).await;

    app.deliver().await;

    let mut arrived = ids(&details(&app).await);
    let count = arrived.len();
    arrived.sort();
    arrived.dedup();
    let mut happened = ids(&feed(&app).await);
    happened.sort();
    assert_eq!(arrived, happened, "{fault}");
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0, "{fault}");
    count
}

#[tokio::test]
async fn a_stop_between_any_two_steps_loses_nothing() {
    // In one run there are five transactions: the numbers, two claims, and two results.
    let steps = (1..=5).map(|nth| ("DynamoDB_20120810.TransactWriteItems", nth)).chain([(CALL, 1)]);
    let faults = steps.flat_map(|(target, nth)| {
        [
            json!({ "target": target, "nth": nth, "drop": "before" }),
            json!({ "target": target, "nth": nth, "drop": "after" }),
            json!({ "target": target, "nth": nth, "times": 9, "drop": "before" }),
            json!({ "target": target, "nth": nth, "times": 9, "drop": "after" }),
            json!({ "target": target, "nth": nth, "times": 9, "error": "InternalFailure" }),
        ]
    });

    let arrivals = join_all(faults.map(with_fault)).await;

    // The SDK repeats a call whose answer is lost, up to three times.
    assert!(arrivals.iter().all(|count| (2..=8).contains(count)), "{arrivals:?}");
}
