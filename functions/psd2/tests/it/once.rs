//! A transaction is created once, however often a caller retries: the same guarantees as for payments.

use futures::future::join_all;
use serde_json::json;
use testkit::TestApp;

use crate::fixture::{CREATE, PATH, count, created_id, linked, transaction};

#[tokio::test]
async fn the_same_key_and_body_answer_the_first_answer_again() {
    let app = TestApp::start().await;
    let first = app.post_once(PATH, "key", &transaction("x")).await;
    let mut rewritten = transaction("x");
    rewritten["amount"]["value"] = json!(12.5);
    rewritten["counterparty_alias"]["value"] = json!("nl91 abna 0417 1643 00");

    let again = app.post_once(PATH, "key", &transaction("x")).await;
    let otherwise_written = app.post_once(PATH, "key", &rewritten).await;

    created_id(&first);
    assert_eq!((first.header("idempotency-key"), first.header("idempotency-replayed")), ("key", ""));
    for replay in [again, otherwise_written] {
        assert_eq!((replay.status, &replay.text), (201, &first.text), "{replay:?}");
        assert_eq!(replay.header("idempotency-replayed"), "true");
        assert_eq!(replay.header("location"), first.header("location"));
        assert_eq!(linked(&replay, "payment"), linked(&first, "payment"));
    }
    assert_eq!((count(&app).await, app.bank.count(CREATE).await), (1, 1));
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let app = TestApp::start().await;
    created_id(&app.post_once(PATH, "key", &transaction("x")).await);
    for (pointer, value) in [
        ("/description", json!("y")),
        ("/amount/value", json!("12.51")),
        ("/amount/currency", json!("USD")),
        ("/counterparty_alias/value", json!("NL02ABNA0123456789")),
        ("/counterparty_alias/name", json!("Another")),
        ("/url_redirect", json!("https://shop.example/thanks?order=8")),
    ] {
        let mut body = transaction("x");
        *body.pointer_mut(pointer).unwrap() = value;

        let answer = app.post_once(PATH, "key", &body).await;

        answer.problem(422, "idempotency_key_reused");
    }
    let mut body = transaction("x");
    body["time_expiry"] = json!("2030-01-01 00:00:00");
    app.post_once(PATH, "key", &body).await.problem(422, "idempotency_key_reused");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn two_workspaces_may_use_the_same_key() {
    let mut app = TestApp::start().await;
    let first = app.post_once(PATH, "key", &transaction("x")).await;
    app.api_key = app.create_api_key_in("shop", &["psd2"]).await.1;

    let second = app.post_once(PATH, "key", &transaction("x")).await;

    assert_ne!(created_id(&first), created_id(&second));
    assert_eq!(second.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn fifty_at_once_with_one_key_make_one_transaction() {
    let app = TestApp::start().await;
    let body = transaction("x");

    let answers = join_all((0..50).map(|_| app.post_once(PATH, "key", &body))).await;

    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    let fresh = created.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1, "one of them made it");
    assert!(created.iter().all(|answer| answer.text == created[0].text));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "request_in_flight");
        assert!((1..=5).contains(&answer.header("retry-after").parse::<u8>().unwrap()));
    }
    assert_eq!((count(&app).await, app.bank.count(CREATE).await), (1, 1));
}

#[tokio::test]
async fn without_a_key_one_is_made_and_told_and_works() {
    let app = TestApp::start().await;

    let first = app.post(PATH, &transaction("x")).await;
    let again = app.post_once(PATH, first.header("idempotency-key"), &transaction("x")).await;

    assert_eq!((created_id(&first), &again.text), (created_id(&again), &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn a_first_answer_is_kept_when_the_time_that_was_asked_for_has_passed() {
    let app = TestApp::start().await;
    let expiry = app.clock.clock().now() + jiff::SignedDuration::from_secs(300);
    let mut body = transaction("x");
    body["time_expiry"] = json!(expiry.to_string());
    let first = app.post_once(PATH, "key", &body).await;
    app.advance(301).await;

    let again = app.post_once(PATH, "key", &body).await;

    assert_eq!(created_id(&first), created_id(&again), "refusing it would say that there is none");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn a_refusal_of_the_bank_is_kept_like_any_answer() {
    let app = TestApp::start().await;
    let refusal = json!({ "Error": [{ "error_description": "No.", "error_description_translated": "Nee." }] });
    app.bank.fault(json!({ "endpoint": CREATE, "status": 400, "body": refusal })).await;
    let first = app.post_once(PATH, "key", &transaction("x")).await;
    app.bank.forget_calls().await;

    let again = app.post_once(PATH, "key", &transaction("x")).await;

    first.problem(422, "bank_refused");
    again.problem(422, "bank_refused");
    assert_eq!(first.json()["errors"], again.json()["errors"]);
    assert_eq!((app.bank.total().await, count(&app).await), (0, 0));
}

#[tokio::test]
async fn a_record_whose_sealing_key_is_missing_is_not_taken_for_another_request() {
    let mut app = TestApp::start().await;
    assert_eq!(app.post_once(PATH, "key", &transaction("x")).await.status, 201);
    let keys = app.read_secret("sealing-key").await;
    app.write_secret("sealing-key", r#"{"current":"k1","keys":{"k1":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}"#)
        .await;
    app.restart().await;

    let answer = app.post_once(PATH, "key", &transaction("x")).await;
    app.write_secret("sealing-key", &keys.to_string()).await;
    app.restart().await;
    let again = app.post_once(PATH, "key", &transaction("x")).await;

    // An answer that asks for another idempotency key would let the caller pay twice.
    answer.problem(500, "internal_error");
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
}
