//! Items whose numbers and times are at the limits of their types. Nothing of ours writes such items, but a person who
//! repairs a table may.

use serde_json::{Value, json};
use testkit::{ACCOUNT, TestApp};

/// Changes the one item whose key begins with `kind`.
async fn change(app: &TestApp, kind: &str, attributes: Value) {
    let items = app.scan("ephemera").await;
    let mut found = items.into_iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with(kind));
    let (Some(mut item), None) = (found.next(), found.next()) else { panic!("one item {kind}") };
    for (name, value) in attributes.as_object().unwrap() {
        item[name] = value.clone();
    }
    app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "ephemera", "Item": item })).await;
}

#[tokio::test]
async fn a_session_that_was_busy_until_the_least_number_is_not_busy() {
    let mut app = TestApp::start().await;
    let user_id = app.connect("person").await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    change(&app, &format!("SESSION#{user_id}"), json!({ "busy_until": { "N": i64::MIN.to_string() } })).await;
    app.restart().await;

    let answer = app.get(&format!("/user/{user_id}/accounts")).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn an_order_that_began_at_the_least_time_is_searched_for() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let path = format!("/user/{user_id}/draft-payment");
    let order = json!({
        "monetary_account_id": ACCOUNT, "amount": "5.00", "currency": "EUR", "description": "Invoice 17",
        "receiver_name": "J. Jansen", "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300",
    });
    let endpoint = "user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": format!("POST {endpoint}"), "drop": "after" })).await;
    app.bank.fault(json!({ "endpoint": format!("GET {endpoint}"), "status": 500, "body": "", "times": 9 })).await;
    app.post_once(&path, "key", &order).await.problem(502, "outcome_unknown");
    app.bank.clear_faults().await;
    let began = json!({ "began_at": { "S": "-009999-01-02T01:59:59Z" }, "attempt_until": { "N": "0" } });
    change(&app, "IDEMPOTENCY#", began).await;

    let answer = app.post_once(&path, "key", &order).await;

    assert_eq!(answer.status, 201, "{answer:?}");
}
