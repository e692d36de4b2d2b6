//! The events of issuer transactions: one of each change, also if several processes see it.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Url;
use serde_json::{Value, json};
use shared::{tpp::WatchedTransactions, types::deadline::Deadline};
use testkit::TestApp;

use crate::fixture::{LIST, PATH, created_id, linked, made, read, text, transaction};

const FIND: &str = "GET user/{user-id}/payment-service-provider-issuer-transaction/{item-id}";

/// Pays a transaction on the bank's page, or rejects it.
async fn press(app: &TestApp, location: &str, button: &str) {
    let page = Url::parse(&linked(&app.get(location).await, "payment").unwrap()).unwrap();
    app.bank.open(&page).await.follow("customer=person").await.press(button).await;
}

/// Runs the schedule once, in a new process.
async fn check(app: &TestApp) -> WatchedTransactions {
    let process = app.compose().await;
    process.tpp.issuer_transactions.check(Deadline::after(Duration::from_secs(29))).await.unwrap()
}

async fn events_with(app: &TestApp, key: &str) -> Vec<Value> {
    let answer = app.get_with_key("/webhook-events?count=100", key).await.json();
    let events = answer["events"].as_array().unwrap();
    events.iter().filter(|event| event["type"] == "issuer_transaction.updated").cloned().collect()
}

async fn events(app: &TestApp) -> Vec<Value> {
    events_with(app, &app.api_key).await
}

#[tokio::test]
async fn a_payment_is_one_event_however_often_the_transaction_is_read() {
    let app = TestApp::start().await;
    let (location, waiting) = made(&app, "order 1").await;
    assert!(events(&app).await.is_empty(), "a transaction that waits has not changed");
    press(&app, &location, "accept").await;

    join_all((0..6).map(|_| read(&app, &location))).await;
    join_all((0..3).map(|_| check(&app))).await;
    read(&app, &location).await;

    let events = events(&app).await;
    let id = waiting["id"].as_u64().unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    let paid = read(&app, &location).await;
    let updated: jiff::civil::DateTime = text(&paid, "updated").parse().unwrap();
    let updated = updated.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let data = &events[0]["data"];
    assert_eq!((&data["object_id"], &data["path"]), (&json!(id.to_string()), &json!(format!("{PATH}/{id}"))));
    assert_eq!(data["updated_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), updated);
    assert_eq!((&data["user_id"], &data["account_id"]), (&Value::Null, &Value::Null));
    assert!(!json!(app.scan("events").await).to_string().contains("order 1"), "ids and times only");
}

#[tokio::test]
async fn the_schedule_sees_what_nobody_reads_with_one_call() {
    let app = TestApp::start().await;
    let mut locations = Vec::new();
    for number in 0..4 {
        locations.push(made(&app, &format!("order {number}")).await.0);
    }
    press(&app, &locations[0], "accept").await;
    press(&app, &locations[1], "reject").await;
    app.put(&locations[2], &json!({ "status": "CANCELLED" })).await;
    app.bank.forget_calls().await;

    let first = check(&app).await;

    assert_eq!((first.watched, first.read, first.changed), (4, 4, 3));
    assert_eq!((app.bank.count(LIST).await, app.bank.count(FIND).await), (1, 0));
    assert_eq!(events(&app).await.len(), 3);
    app.advance(700).await;
    assert_eq!(check(&app).await.changed, 1, "the last one has expired");
    app.advance(3600).await;
    assert_eq!((check(&app).await.changed, events(&app).await.len()), (0, 4));
}

#[tokio::test]
async fn a_transaction_that_the_list_no_longer_shows_is_read_alone() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "order 1").await;
    let _ = made(&app, "order 2").await;
    press(&app, &location, "accept").await;
    app.bank.forget_calls().await;
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": { "Response": [] }, "times": 2 })).await;

    let first = check(&app).await;
    let second = check(&app).await;

    assert_eq!((first.watched, first.read, first.changed), (2, 2, 1));
    assert_eq!((second.read, second.changed, app.bank.count(FIND).await), (2, 0, 4));
    assert_eq!(events(&app).await.len(), 1);
}

#[tokio::test]
async fn one_transaction_that_cannot_be_read_hides_no_other() {
    let app = TestApp::start().await;
    for order in ["order 1", "order 2"] {
        let (location, _) = made(&app, order).await;
        press(&app, &location, "accept").await;
    }
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": { "Response": [] } })).await;
    let absent = json!({ "Error": [{ "error_description": "absent", "error_description_translated": "absent" }] });
    app.bank.fault(json!({ "endpoint": FIND, "status": 404, "body": absent })).await;

    assert_eq!((check(&app).await.read, events(&app).await.len()), (1, 1));

    assert_eq!((check(&app).await.changed, events(&app).await.len()), (1, 2));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_a_failure_and_hides_no_change() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "order 1").await;
    press(&app, &location, "accept").await;
    let failure = json!({ "Error": [{ "error_description": "failure", "error_description_translated": "failure" }] });
    app.bank.fault(json!({ "endpoint": LIST, "status": 500, "body": failure, "times": 1000 })).await;
    let process = app.compose().await;

    let checked = process.tpp.issuer_transactions.check(Deadline::after(Duration::from_secs(29))).await;

    assert!(checked.is_err(), "{checked:?}");
    assert_eq!(events(&app).await.len(), 1);
}

#[tokio::test]
async fn a_watched_item_that_cannot_be_decoded_hides_no_other() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "order 1").await;
    let (_, spoilt) = made(&app, "order 2").await;
    press(&app, &location, "accept").await;
    let update = json!({
        "TableName": "events",
        "Key": { "pk": { "S": "ISSUER_TRANSACTIONS" }, "sk": { "S": format!("{:020}", spoilt["id"].as_u64().unwrap()) } },
        "UpdateExpression": "SET expires_at = :spoilt",
        "ExpressionAttributeValues": { ":spoilt": { "S": "spoilt" } },
    });
    app.aws_call("DynamoDB_20120810.UpdateItem", update).await;

    let done = check(&app).await;

    assert_eq!((done.watched, done.read, done.changed), (1, 1, 1));
    assert_eq!(events(&app).await.len(), 1);
}

#[tokio::test]
async fn a_busy_bank_ends_a_run_without_a_failure() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "order 1").await;
    press(&app, &location, "accept").await;
    app.bank.fault(json!({ "endpoint": LIST, "status": 491, "times": 4 })).await;

    assert_eq!((check(&app).await.read, events(&app).await.len()), (0, 0));

    assert_eq!((check(&app).await.changed, events(&app).await.len()), (1, 1));
}

#[tokio::test]
async fn what_nobody_created_or_nobody_can_pay_any_more_costs_no_call() {
    let app = TestApp::start().await;
    app.bank.forget_calls().await;
    assert_eq!(check(&app).await, WatchedTransactions::default());
    assert_eq!(app.bank.total().await, 0);

    made(&app, "order 1").await;
    app.advance(86_400 + 700).await;
    app.bank.forget_calls().await;

    assert_eq!((check(&app).await.watched, app.bank.count(LIST).await), (0, 0));
}

#[tokio::test]
async fn the_event_is_for_the_workspace_that_created_the_transaction() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &["psd2", "events"]).await;
    let (location, _) = made(&app, "order 1").await;
    press(&app, &location, "accept").await;

    let answer = app.get_with_key(&location, &shop).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((events_with(&app, &shop).await.len(), events(&app).await.len()), (0, 1));
}

#[tokio::test]
async fn a_store_that_fails_delays_the_event_and_keeps_no_answer() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "order 1").await;
    press(&app, &location, "accept").await;
    app.aws_fault(json!({
        "target": "DynamoDB_20120810.TransactWriteItems", "nth": 1, "times": 9, "error": "InternalServerError"
    }))
    .await;

    let paid = read(&app, &location).await;

    assert_eq!(paid["status"], "ACCEPTED");
    app.aws_recover().await;
    assert!(events(&app).await.is_empty());
    check(&app).await;
    assert_eq!(events(&app).await.len(), 1);
}

#[tokio::test]
async fn a_creation_that_is_repeated_watches_what_the_first_could_not() {
    let app = TestApp::start().await;
    let body = transaction("order 1");
    let create = || app.post_once(PATH, "one", &body);
    let first = create().await;
    let id = created_id(&first);
    let key = json!({ "pk": { "S": "ISSUER_TRANSACTIONS" }, "sk": { "S": format!("{id:020}") } });
    app.aws_call("DynamoDB_20120810.DeleteItem", json!({ "TableName": "events", "Key": key })).await;
    press(&app, first.header("location"), "accept").await;
    assert_eq!(check(&app).await.watched, 0);

    assert_eq!(created_id(&create().await), id);

    assert_eq!((check(&app).await.watched, events(&app).await.len()), (1, 1));
}

#[tokio::test]
async fn more_transactions_than_a_page_are_all_seen() {
    let app = TestApp::builder().variable("BANK_LIMITS", "off").start().await;
    let mut first = None;
    for number in 0..205 {
        let created = app.post(PATH, &transaction(&format!("order {number}"))).await;
        first.get_or_insert(created.header("location").to_owned());
    }
    app.put(&first.unwrap(), &json!({ "status": "CANCELLED" })).await;
    app.bank.forget_calls().await;

    let done = check(&app).await;

    assert_eq!((done.watched, done.read, done.changed), (205, 205, 1));
    assert_eq!(app.bank.count(LIST).await, 2);
}
