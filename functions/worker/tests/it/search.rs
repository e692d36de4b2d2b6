//! The scheduled search for changes where the bank is busy or one customer cannot be served: no other customer waits
//! for that one.

use std::time::Duration;

use serde_json::json;
use shared::types::deadline::Deadline;
use testkit::TestApp;

use crate::fixture::search;

const FAILURES: &str = "GET user/{user-id}/notification-filter-failure";
/// How often a read is tried while the bank is in maintenance.
const TRIES: u64 = 4;

/// A deployment with this many customers whose payments the bank reports.
async fn reported(customers: usize) -> (TestApp, Vec<String>) {
    let app = TestApp::builder().with_callbacks().start().await;
    let mut users = Vec::new();
    for name in app.bank.add_people(customers).await {
        let user_id = app.connect(&name).await;
        let answer = app.put(&format!("/user/{user_id}/notifications"), &json!({ "enabled": true })).await;
        assert_eq!(answer.json()["via"], "callbacks", "{answer:?}");
        users.push(user_id);
    }
    app.bank.forget_calls().await;
    (app, users)
}

/// Replaces an attribute of a connection in the store.
async fn spoil(app: &TestApp, user_id: &str, attribute: &str) {
    let update = json!({
        "TableName": "connections", "Key": { "pk": { "S": format!("USER#{user_id}") } },
        "UpdateExpression": format!("SET {attribute} = :spoilt"),
        "ExpressionAttributeValues": { ":spoilt": { "S": "spoilt" } },
    });
    app.aws_call("DynamoDB_20120810.UpdateItem", update).await;
}

#[tokio::test]
async fn a_search_waits_for_the_limit_of_the_bank() {
    let (mut app, _) = reported(4).await;
    app.set_variable("BANK_LIMITS", "classic");

    let found = search(&app).await.unwrap();

    let expected = json!({ "listed": 4, "polled": 0, "hints": 0, "postponed": 0, "failed": 0, "finished": true });
    assert_eq!((found, app.bank.count(FAILURES).await), (expected, 5), "one is of the TPP");
}

#[tokio::test]
async fn a_search_continues_with_the_customer_for_whom_the_bank_was_busy() {
    // The second customer, or the one with whom a run begins: then the others go first.
    for nth in [3, 2] {
        let (app, _) = reported(4).await;
        app.bank.fault(json!({ "endpoint": FAILURES, "nth": nth, "times": TRIES, "status": 491 })).await;

        let first = search(&app).await.unwrap();
        let second = search(&app).await.unwrap();

        assert_eq!((&first["listed"], &first["postponed"]), (&json!(nth - 2), &json!(1)), "{nth} {first}");
        assert_eq!((&second["listed"], &second["postponed"]), (&json!(3), &json!(0)), "{nth} {second}");
        assert_eq!((&first["finished"], &second["finished"]), (&json!(false), &json!(true)), "{nth}");
    }
}

#[tokio::test]
async fn a_busy_list_of_the_tpp_keeps_no_customer_waiting() {
    let (app, _) = reported(2).await;
    app.bank.fault(json!({ "endpoint": FAILURES, "times": TRIES, "status": 491 })).await;

    let found = search(&app).await.unwrap();

    assert_eq!((&found["listed"], &found["postponed"], &found["finished"]), (&json!(2), &json!(1), &json!(true)));
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_keeps_no_other_from_the_search() {
    // The walk over the connections reads the one; only the session needs the other.
    for (attribute, failed) in [("notifications", 0), ("access_token", 1)] {
        let (app, users) = reported(3).await;
        app.bank.expire_sessions().await;
        spoil(&app, &users[1], attribute).await;

        let found = search(&app).await.unwrap();
        let kept = worker::keep_filters(&app.compose().await, Deadline::after(Duration::from_secs(25))).await.unwrap();

        assert_eq!((&found["listed"], &found["failed"]), (&json!(2), &json!(failed)), "{attribute} {found}");
        assert_eq!((&found["finished"], &kept["finished"]), (&json!(true), &json!(true)), "{attribute}");
    }
}

#[tokio::test]
async fn a_filter_check_of_one_broken_connection_keeps_no_other_waiting() {
    let (app, users) = reported(3).await;
    app.bank.expire_sessions().await;
    spoil(&app, &users[1], "access_token").await;
    app.advance(26 * 3600).await;

    let kept = worker::keep_filters(&app.compose().await, Deadline::after(Duration::from_secs(25))).await.unwrap();

    assert_eq!(kept, json!({ "checked": 2, "postponed": 0, "failed": 1, "finished": true }));
}

#[tokio::test]
async fn a_search_continues_after_the_store_was_away() {
    let (app, _) = reported(4).await;
    let get = "DynamoDB_20120810.GetItem";
    app.forget_aws_calls().await;
    assert_eq!(search(&app).await.unwrap()["listed"], 4);
    let usual = app.aws_calls().await[get].as_u64().unwrap();
    app.bank.forget_calls().await;
    // In the middle of the run, for as long as it lasts.
    app.aws_fault(json!({ "target": get, "nth": usual - 3, "times": 1000, "error": "InternalServerError" })).await;

    let failed = search(&app).await;
    app.aws_recover().await;
    let found = search(&app).await.unwrap();

    let begun = app.bank.count(FAILURES).await - 2;
    assert!(failed.is_err(), "{failed:?}");
    assert!((1..4).contains(&found["listed"].as_u64().unwrap()), "it continues: {found}");
    assert!(begun <= 4, "no customer is looked at twice: {begun}");
    assert_eq!(found["finished"], true);
}
