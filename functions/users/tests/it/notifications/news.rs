//! How a deployment learns of changes, and when bunq last reported one.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::{TestApp, callback};

use super::fixture::{READ, connected, enable, foreign};

async fn via(app: &TestApp, path: &str) -> Value {
    app.get(path).await.json()["via"].clone()
}

/// bunq calls about a payment, and the worker handles it.
async fn call_back(app: &TestApp, path: &str) {
    let user_id = path.split('/').nth(2).unwrap();
    let address = app.callback_address(user_id).await;
    let object = json!({ "id": 1, "monetary_account_id": 60101, "at": app.clock.offset() });
    assert_eq!(app.call_back(&address, &callback("MUTATION", "Payment", &object)).await.status, 200);
    app.work().await;
}

async fn last_callback_at(app: &TestApp, path: &str) -> Option<Timestamp> {
    let answer = app.get(path).await.json();
    answer["last_callback_at"].as_str().map(|time| time.parse().unwrap())
}

#[tokio::test]
async fn bunq_reports_changes_or_payments_are_polled_or_neither() {
    let (app, path) = connected().await;
    assert_eq!(via(&app, &path).await, "polling", "the filters are not there yet");
    assert_eq!(enable(&app, &path).await.json()["via"], "callbacks");
    assert_eq!(app.get(&format!("{path}?check=true")).await.json()["via"], "callbacks");

    app.bank.fault(json!({ "endpoint": READ, "status": 403, "times": 1 })).await;
    assert_eq!(enable(&app, &path).await.json()["via"], "polling", "refused");
    app.put(&path, &json!({ "enabled": false })).await;
    for host in ["one.example", "two.example"] {
        foreign(&app, "MUTATION", host).await;
    }
    let partial = enable(&app, &path).await.json();
    assert_eq!((&partial["state"], &partial["via"]), (&json!("partial"), &json!("polling")), "no place for payments");

    let other = app.put(&path, &json!({ "enabled": true, "categories": ["OAUTH"] })).await.json();
    assert_eq!(other["via"], "callbacks", "payments are not wanted");
    assert_eq!(app.put(&path, &json!({ "enabled": false })).await.json()["via"], "nothing");
}

#[tokio::test]
async fn the_last_callback_is_noted_once_an_hour() {
    let (app, path) = connected().await;
    assert_eq!(last_callback_at(&app, &path).await, None);

    let before = app.clock.clock().now() - SignedDuration::from_secs(1);
    call_back(&app, &path).await;
    let first = last_callback_at(&app, &path).await.unwrap();
    assert!(before <= first && first <= app.clock.clock().now(), "{first}");

    app.advance(1800).await;
    call_back(&app, &path).await;
    assert_eq!(last_callback_at(&app, &path).await, Some(first));
    app.advance(1900).await;
    call_back(&app, &path).await;
    let second = last_callback_at(&app, &path).await.unwrap();
    assert!(second.duration_since(first) >= SignedDuration::from_secs(3700), "{first} {second}");

    // The filters' record and a new consent leave it.
    assert_eq!(enable(&app, &path).await.json()["last_callback_at"], json!(second));
    app.connect("person").await;
    assert_eq!(last_callback_at(&app, &path).await, Some(second));
}
