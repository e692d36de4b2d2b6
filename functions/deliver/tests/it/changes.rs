//! Waiting messages whose endpoint is changed, disabled or deleted.

use std::time::Duration;

use futures::future::join;
use serde_json::{Value, json};
use testkit::{Receiver, Reply, TestApp};

use crate::fixture::{change, connect_all, delete, feed, log, read, redeliver, report, stored};

#[tokio::test]
async fn an_endpoint_with_another_url_gets_what_waits_there_and_counts_as_new() {
    let app = TestApp::start().await;
    let [old, new] = [Receiver::start().await, Receiver::start().await];
    old.answer(Reply::status(429).with("retry-after", "86400"));
    let endpoint = app.create_endpoint(&old.url, &["*"]).await;
    app.connect("person").await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    app.connect("company").await;
    assert_eq!(app.deliver().await, report(json!({})), "the old receiver asked to wait");

    let changed = change(&app, &endpoint, json!({ "url": new.url })).await;

    assert_eq!((&changed["failing_since"], &changed["state"]), (&Value::Null, &json!("enabled")));
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
    app.advance(86_401).await;
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })), "the first one, at its time");
    assert_eq!((old.ids().len(), new.ids().len()), (1, 2));
}

#[tokio::test]
async fn a_result_of_the_old_url_says_nothing_about_the_new_one() {
    for status in [410, 500] {
        let app = TestApp::start().await;
        let [old, new] = [Receiver::start().await, Receiver::start().await];
        old.answer(Reply::status(status).after(Duration::from_millis(400)));
        let endpoint = app.create_endpoint(&old.url, &["*"]).await;
        app.connect("person").await;

        let (first, ()) = join(app.deliver(), async {
            while old.ids().is_empty() {
                tokio::task::yield_now().await;
            }
            change(&app, &endpoint, json!({ "url": new.url })).await;
        })
        .await;

        assert_eq!(first, report(json!({ "waiting": 1, "delivered": 1 })), "{status}: sent to the new one at once");
        let after = read(&app, &endpoint).await;
        assert_eq!((&after["state"], &after["failing_since"]), (&json!("enabled"), &Value::Null), "{status}");
        assert_eq!(app.deliver().await, report(json!({})), "{status}");
        assert_eq!((old.ids(), new.ids().len()), (new.ids(), 1), "{status}");
    }
}

/// Ends an endpoint to which one event was tried, one waits twice, and none was sent. Returns the logs of both.
async fn ended(end: impl AsyncFnOnce(&TestApp, &Value)) -> (TestApp, Receiver, [Value; 2]) {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(500));
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));
    app.connect("company").await;
    let events: [Value; 2] = feed(&app).await.try_into().unwrap();
    assert_eq!(redeliver(&app, &events[1], &endpoint).await.status, 202);
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 3);

    end(&app, &endpoint).await;

    assert_eq!(app.deliver().await, report(json!({ "cancelled": 3 })));
    assert_eq!((stored(&app, "DELIVERIES").await.len(), receiver.ids().len()), (0, 1));
    let logs = [log(&app, &events[0]).await, log(&app, &events[1]).await];
    (app, receiver, logs.map(|log| log["deliveries"][0].clone()))
}

fn assert_cancelled([tried, untried]: &[Value; 2]) {
    for (delivery, attempts) in [(tried, 1), (untried, 0)] {
        assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("cancelled"), &json!(attempts)), "{delivery}");
        assert_eq!(delivery["next_attempt_at"], Value::Null, "{delivery}");
    }
    assert_eq!(tried["last_attempt"]["status"], 500, "{tried}");
    assert_eq!(untried["last_attempt"], Value::Null, "{untried}");
}

#[tokio::test]
async fn what_waits_for_a_disabled_endpoint_is_cancelled_in_the_log() {
    let disable = async |app: &TestApp, endpoint: &Value| {
        change(app, endpoint, json!({ "state": "disabled" })).await;
    };
    let (_app, _receiver, logs) = ended(disable).await;
    assert_cancelled(&logs);
}

#[tokio::test]
async fn what_waits_for_a_deleted_endpoint_is_cancelled_in_the_log() {
    let (app, _receiver, logs) = ended(async |app: &TestApp, endpoint: &Value| delete(app, endpoint).await).await;
    assert_cancelled(&logs);

    assert_eq!(stored(&app, "CLEANUP").await.len(), 1, "an event may still get its number");
    app.advance(600).await;
    app.deliver().await;
    assert_eq!(stored(&app, "CLEANUP").await.len(), 0);
}

#[tokio::test]
async fn more_deliveries_than_a_transaction_cancels_are_all_cancelled() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    connect_all(&app, 60).await;
    feed(&app).await;
    feed(&app).await;
    delete(&app, &endpoint).await;

    assert_eq!(app.deliver().await, report(json!({ "cancelled": 60 })));

    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
}

#[tokio::test]
async fn an_endpoint_that_is_enabled_at_once_gets_everything() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    feed(&app).await;
    change(&app, &endpoint, json!({ "state": "disabled" })).await;
    change(&app, &endpoint, json!({ "state": "enabled" })).await;
    app.connect("company").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2 })));
}

#[tokio::test]
async fn a_message_that_is_being_sent_gets_its_result_though_the_endpoint_is_gone() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer(Reply::status(204).after(Duration::from_millis(400)));
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;

    let (first, second) = join(app.deliver(), async {
        while receiver.ids().is_empty() {
            tokio::task::yield_now().await;
        }
        delete(&app, &endpoint).await;
        app.deliver().await
    })
    .await;

    assert_eq!((first, second), (report(json!({ "delivered": 1 })), report(json!({}))));
    let [event] = feed(&app).await.try_into().unwrap();
    assert_eq!(log(&app, &event).await["deliveries"][0]["state"], "delivered");
}
