//! A worker can stop between any two of its steps. The next one ends the same.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{Customer, id_of, seen, summary, with};

/// Handles two payments and a hint that is sent again, with a fault in the first run.
async fn with_fault(fault: Value) {
    let customer = Customer::start().await;
    let payments = customer.pay(2).await;
    for payment in &payments {
        customer.tell(payment).await;
    }
    customer.tell(&with(&payments[1], json!({ "updated": "2999-01-01 00:00:00.000000" }))).await;
    customer.app.advance_queues(2);
    customer.app.aws_fault(fault.clone()).await;
    let _ = customer.app.worker().await.once().await;
    customer.app.aws_recover().await;

    // Each is a new process. The messages of the one that stopped are visible again after three minutes, and
    // the hint is read for the last time after ten.
    for _ in 0..5 {
        customer.app.advance(601).await;
        customer.app.advance_queues(601);
        customer.app.work().await;
    }

    let expected: Vec<_> = payments.iter().map(|one| ("transaction.created".to_owned(), id_of(one))).collect();
    assert_eq!(summary(&customer.events().await), expected, "{fault}");
    assert_eq!(seen(&customer.app).await.len(), 3, "{fault}");
    assert_eq!(customer.app.hints_left().await, (0, 0), "{fault}");
}

#[tokio::test]
async fn a_stop_between_any_two_steps_ends_in_the_same_events() {
    let steps = [
        ("DynamoDB_20120810.GetItem", 4),
        ("DynamoDB_20120810.Query", 2),
        ("DynamoDB_20120810.TransactWriteItems", 3),
        ("secretsmanager.GetSecretValue", 2),
        ("AmazonSQS.ReceiveMessage", 1),
        ("AmazonSQS.SendMessage", 1),
        ("AmazonSQS.DeleteMessage", 3),
    ];
    let faults = steps.into_iter().flat_map(|(target, count)| {
        (1..=count).flat_map(move |nth| {
            [
                json!({ "target": target, "nth": nth, "drop": "after" }),
                json!({ "target": target, "nth": nth, "times": 99, "drop": "before" }),
                json!({ "target": target, "nth": nth, "times": 99, "drop": "after" }),
            ]
        })
    });
    let faults: Vec<_> = faults.collect();
    for some in faults.chunks(6) {
        join_all(some.iter().cloned().map(with_fault)).await;
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_hidden_comes_back_at_the_usual_time() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    customer.app.advance_queues(2);
    let worker = customer.app.worker().await;
    customer.app.aws_fault(json!({ "target": "DynamoDB_20120810.Query", "times": 99, "drop": "before" })).await;
    let hide = json!({ "target": "AmazonSQS.ChangeMessageVisibility", "times": 99, "error": "InternalFailure" });
    customer.app.aws_fault(hide).await;
    assert_eq!(worker.once().await.unwrap(), (1, 0));
    customer.app.aws_recover().await;
    customer.app.advance_queues(150);
    assert_eq!(worker.once().await.unwrap(), (0, 0));
    customer.app.advance_queues(31);

    assert_eq!(worker.once().await.unwrap(), (1, 1));
    assert_eq!(customer.events().await.len(), 1);
}
