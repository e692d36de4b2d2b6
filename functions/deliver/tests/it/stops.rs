//! A run can stop between any two of its steps. The next one ends the same.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Receiver, TestApp};

use crate::fixture::{feed, ids, states, stored};

/// Delivers one event, with a fault in the first run. Returns how often the message arrived.
async fn with_fault(fault: Value) -> usize {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.aws_fault(fault.clone()).await;
    let _ = app.try_deliver().await;
    app.aws_recover().await;
    // The claim of the first run ends.
    app.advance(61).await;

    app.deliver().await;

    let arrived = receiver.ids();
    let mut once = arrived.clone();
    once.dedup();
    assert_eq!(once, ids(&feed(&app).await), "{fault}");
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0, "{fault}");
    let states = states(&app).await;
    assert!(matches!(states.as_slice(), [(state, 1 | 2)] if state == "delivered"), "{fault}: {states:?}");
    arrived.len()
}

#[tokio::test]
async fn a_stop_between_any_two_steps_ends_in_one_delivery() {
    // In one run there are three transactions: number, claim, and result. The SDK tries each call three times.
    let faults = (1..=3).flat_map(|nth| {
        let target = "DynamoDB_20120810.TransactWriteItems";
        [
            json!({ "target": target, "nth": nth, "drop": "before" }),
            json!({ "target": target, "nth": nth, "drop": "after" }),
            json!({ "target": target, "nth": nth, "times": 9, "drop": "before" }),
            json!({ "target": target, "nth": nth, "times": 9, "drop": "after" }),
            json!({ "target": target, "nth": nth, "times": 9, "error": "InternalServerError" }),
        ]
    });

    let arrivals = join_all(faults.map(with_fault)).await;

    // A message is sent again only if its result was not written.
    assert!(arrivals.iter().all(|count| (1..=2).contains(count)), "{arrivals:?}");
    assert_eq!(arrivals[..10].iter().filter(|count| **count == 1).count(), 10, "{arrivals:?}");
}

#[tokio::test]
async fn a_read_that_fails_stops_the_run_only() {
    for target in ["Query", "GetItem"] {
        for nth in 1..=4 {
            let target = format!("DynamoDB_20120810.{target}");
            with_fault(json!({ "target": target, "nth": nth, "times": 9, "error": "InternalServerError" })).await;
        }
    }
}
