//! Lost answers. bunq stores no reference of ours with an issuer transaction, so it is recognised by its expiry, to the
//! microsecond.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{CREATE, LIST, PATH, count, created_id, linked, transaction};

async fn lose_the_next_answer(app: &TestApp) {
    app.bank.fault(json!({ "endpoint": CREATE, "drop": "after" })).await;
}

async fn lose_the_lists(app: &TestApp) {
    app.bank.fault(json!({ "endpoint": LIST, "status": 500, "body": "", "times": 99 })).await;
}

#[tokio::test]
async fn a_transaction_whose_answer_was_lost_is_found_again() {
    for fault in [
        json!({ "drop": "after" }),
        json!({ "act": true, "status": 500, "body": "" }),
        json!({ "act": true, "status": 502, "body": "<html>", "content_type": "text/html" }),
        json!({ "truncate": 5 }),
        json!({ "signature": "wrong" }),
    ] {
        let app = TestApp::start().await;
        let mut fault: Value = fault;
        fault["endpoint"] = json!(CREATE);
        app.bank.fault(fault.clone()).await;

        let answer = app.post_once(PATH, "key", &transaction("lost")).await;
        let again = app.post_once(PATH, "key", &transaction("lost")).await;

        assert_eq!(created_id(&answer), created_id(&again), "{fault}");
        assert!(linked(&answer, "payment").is_some(), "{fault}: {answer:?}");
        assert_eq!((count(&app).await, app.bank.count(CREATE).await), (1, 1), "{fault}");
    }
}

#[tokio::test]
async fn a_call_that_was_dropped_before_the_bank_did_anything_makes_one_in_the_end() {
    let app = TestApp::start().await;
    app.bank.fault(json!({ "endpoint": CREATE, "drop": "before" })).await;

    let first = app.post_once(PATH, "key", &transaction("x")).await;
    app.advance(31).await;
    let second = app.post_once(PATH, "key", &transaction("x")).await;

    first.problem(502, "outcome_unknown");
    assert_eq!(first.header("idempotency-key"), "key");
    created_id(&second);
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn two_equal_bodies_under_two_keys_are_two_even_if_both_answers_were_lost() {
    let app = TestApp::start().await;
    let mut found = BTreeSet::new();
    for key in ["one", "two"] {
        lose_the_next_answer(&app).await;
        found.insert(created_id(&app.post_once(PATH, key, &transaction("the same")).await));
    }

    assert_eq!((found.len(), count(&app).await), (2, 2));
}

#[tokio::test]
async fn two_equal_bodies_that_say_their_expiry_are_told_apart_too_however_late_they_are_looked_for() {
    let app = TestApp::start().await;
    let mut body = transaction("the same");
    body["time_expiry"] = json!("2030-01-01 00:00:00");
    for key in ["one", "two"] {
        lose_the_next_answer(&app).await;
        lose_the_lists(&app).await;
        let lost = app.post_once(PATH, key, &body).await;
        assert_eq!(lost.problem(502, "outcome_unknown")["action"], "wait");
        assert_eq!((lost.header("retry-after"), lost.header("idempotency-key")), ("30", key));
        app.bank.clear_faults().await;
    }
    app.post_once(PATH, "one", &body).await.problem(409, "request_in_flight");
    app.advance(31).await;

    let one = app.post_once(PATH, "one", &body).await;
    let two = app.post_once(PATH, "two", &body).await;

    assert_ne!(created_id(&one), created_id(&two));
    let objects = app.bank.objects().await;
    let ids: BTreeSet<_> = objects["issuer_transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, BTreeSet::from([created_id(&one), created_id(&two)]), "each found its own");
    assert_eq!(app.bank.count(CREATE).await, 2, "nothing was sent again");
}

#[tokio::test]
async fn one_that_was_lost_is_found_when_its_expiry_has_passed() {
    let app = TestApp::start().await;
    lose_the_next_answer(&app).await;
    lose_the_lists(&app).await;
    app.post_once(PATH, "key", &transaction("x")).await.problem(502, "outcome_unknown");
    app.bank.clear_faults().await;
    app.advance(3600).await;

    let answer = app.post_once(PATH, "key", &transaction("x")).await;

    created_id(&answer);
    assert_eq!((count(&app).await, app.bank.count(CREATE).await), (1, 1));
}

#[tokio::test]
async fn a_lost_store_makes_no_second_one_because_the_bank_knows_the_request() {
    let app = TestApp::start().await;
    let mut body = transaction("x");
    body["time_expiry"] = json!("2030-01-01 00:00:00");
    let first = app.post_once(PATH, "key", &body).await;
    app.forget_ephemera().await;
    app.advance(5).await;

    let second = app.post_once(PATH, "key", &body).await;

    assert_eq!(created_id(&first), created_id(&second));
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn a_lost_store_makes_no_second_one_where_nobody_said_the_expiry_either() {
    let app = TestApp::start().await;
    created_id(&app.post_once(PATH, "key", &transaction("x")).await);
    app.forget_ephemera().await;
    app.advance(5).await;

    let second = app.post_once(PATH, "key", &transaction("x")).await;

    // The second of the first try is lost with the store, so the transaction need not be found. But the answer must not
    // say that there is none.
    assert!(second.status == 201 || second.json()["code"] == "outcome_unknown", "{second:?}");
    assert_eq!(count(&app).await, 1);
}
