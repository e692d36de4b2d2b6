//! The list of transactions, and the cancellation of one.

use reqwest::Method;
use serde_json::json;
use testkit::TestApp;

use crate::fixture::{LIST, PATH, count, created_id, ids, linked, made, read, transaction};

#[tokio::test]
async fn the_list_is_read_page_by_page_by_following_its_links() {
    let app = TestApp::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.insert(0, created_id(&app.post(PATH, &transaction(&format!("number {number}"))).await));
    }

    let first = app.get(&format!("{PATH}?count=2")).await;
    let second = app.get(&linked(&first, "next").unwrap()).await;
    let third = app.get(&linked(&second, "next").unwrap()).await;

    assert_eq!([ids(&first), ids(&second), ids(&third)], [&made[0..2], &made[2..4], &made[4..5]]);
    assert_eq!(linked(&third, "next"), None);
    let listing = format!("{}{}?", app.url, &PATH[1..]);
    assert!(linked(&first, "next").unwrap().starts_with(&listing), "our own address: {first:?}");
    let back = app.get(&linked(&third, "prev").unwrap()).await;
    assert_eq!(ids(&back), made[2..4]);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused_before_the_bank_is_asked() {
    let app = TestApp::start().await;
    for (query, pointer) in [
        ("count=0", "count"),
        ("count=201", "count"),
        ("older_id=x", "older_id"),
        ("older_id=1&newer_id=2", "newer_id"),
        ("olderid=1", "olderid"),
    ] {
        let answer = app.get(&format!("{PATH}?{query}")).await;

        assert_eq!(answer.places(), [pointer], "{query}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_transaction_is_taken_back_once_and_nothing_else_can_be_made_of_it() {
    let app = TestApp::start().await;
    let (location, _) = made(&app, "a mistake").await;
    app.bank.forget_calls().await;

    for body in [
        json!({ "status": "ACCEPTED" }),
        json!({ "status": "PENDING" }),
        json!({ "status": "REJECTED" }),
        json!({ "status": "cancelled" }),
        json!({ "status": null }),
        json!({}),
    ] {
        assert_eq!(app.put(&location, &body).await.places(), ["/status"], "{body}");
    }
    let more = json!({ "status": "CANCELLED", "amount": { "value": "1.00", "currency": "EUR" } });
    assert_eq!(app.put(&location, &more).await.places(), ["/amount"]);
    assert_eq!(app.bank.total().await, 0, "the bank heard nothing of these");
    let cancelled = app.put(&location, &json!({ "status": "CANCELLED" })).await;

    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(read(&app, &location).await["status"], "CANCELLED");
    app.put(&location, &json!({ "status": "CANCELLED" })).await.problem(422, "bank_refused");
}

#[tokio::test]
async fn a_transaction_that_is_accepted_cannot_be_taken_back() {
    let app = TestApp::start().await;
    let (location, waiting) = made(&app, "paid").await;
    app.bank.decide_issuer_transaction(waiting["public_uuid"].as_str().unwrap(), "accept").await;

    let answer = app.put(&location, &json!({ "status": "CANCELLED" })).await;

    answer.problem(422, "bank_refused");
    assert_eq!(read(&app, &location).await["status"], "ACCEPTED");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_no_id_is_refused() {
    let app = TestApp::start().await;

    app.get(&format!("{PATH}/999999")).await.problem(404, "bank_refused");
    app.put(&format!("{PATH}/999999"), &json!({ "status": "CANCELLED" })).await.problem(404, "bank_refused");
    for id in ["abc", "-1", "1.5", "0"] {
        assert_eq!(app.get(&format!("{PATH}/{id}")).await.places(), ["transaction_id"], "{id}");
    }
    let delete = app.request(Method::DELETE, &format!("{PATH}/1")).bearer_auth(&app.api_key);
    app.send(delete).await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn reading_starts_nothing() {
    let app = TestApp::start().await;

    assert_eq!(app.get(PATH).await.json()["Response"], json!([]));

    assert_eq!(count(&app).await, 0);
    assert_eq!(app.bank.count(LIST).await, 1);
}
