//! Consents that end, connections that are deleted, and a bank that does not answer.

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, TestApp};

use super::fixture::{READ, USUAL, WRITE, connected, enable, foreign, keep, others, ours, states};

async fn delete(app: &TestApp, path: &str) -> Answer {
    let user = path.trim_end_matches("/notifications");
    app.send(app.request(Method::DELETE, user).bearer_auth(&app.api_key)).await
}

#[tokio::test]
async fn a_deleted_connection_takes_our_filters_with_it() {
    let (app, path) = connected().await;
    foreign(&app, "MUTATION", "books.example").await;
    enable(&app, &path).await;

    assert_eq!(delete(&app, &path).await.status, 204);

    assert_eq!((ours(&app).await.len(), others(&app).await.len()), (0, 1));
    app.get(&path).await.problem(404, "user_not_found");
    let items = json!(app.scan("connections").await).to_string();
    assert!(!items.contains("books.example") && !items.contains("MUTATION"), "{items}");
}

#[tokio::test]
async fn what_the_bank_says_does_not_keep_a_connection_with_filters() {
    for fault in [
        json!({ "endpoint": READ, "status": 500, "times": 1000 }),
        json!({ "endpoint": WRITE, "status": 403, "times": 1000 }),
        json!({ "endpoint": READ, "drop": "before", "times": 1000 }),
    ] {
        let (app, path) = connected().await;
        enable(&app, &path).await;
        app.bank.fault(fault.clone()).await;

        assert_eq!(delete(&app, &path).await.status, 204, "{fault}");

        app.get(&path).await.problem(404, "user_not_found");
    }
}

#[tokio::test]
async fn a_deletion_asks_no_bank_about_filters_that_were_never_set() {
    let (app, path) = connected().await;

    assert_eq!(delete(&app, &path).await.status, 204);

    assert_eq!((app.bank.count(READ).await, app.bank.count(WRITE).await), (0, 0));
}

#[tokio::test]
async fn a_revoked_consent_is_found_by_a_look_and_left_alone_afterwards() {
    let (app, path) = connected().await;
    enable(&app, &path).await;
    app.bank.revoke("person").await;

    app.get(&format!("{path}?check=true")).await.problem(403, "consent_revoked");
    enable(&app, &path).await.problem(403, "consent_revoked");
    app.advance(30 * 86_400).await;

    assert_eq!(keep(&app, 10).await["checked"], 0);
    assert_eq!(delete(&app, &path).await.status, 204);
}

#[tokio::test]
async fn a_new_consent_is_checked_at_once_and_keeps_the_choice() {
    let (app, path) = connected().await;
    app.bank.settings(json!({ "fresh_api_key_id": true, "notification_filter_sets": "own" })).await;
    app.put(&path, &json!({ "enabled": true, "categories": ["OAUTH"] })).await;
    assert_eq!(keep(&app, 10).await["checked"], 0);

    app.advance(60).await;
    app.connect("person").await;

    assert_eq!(keep(&app, 10).await["checked"], 1, "the new consent has another list at the bank");
    let answer = app.get(&path).await;
    assert_eq!(states(&answer), ("ok".to_owned(), vec!["ok".to_owned()]), "{answer:?}");
}

#[tokio::test]
async fn a_choice_outlives_a_busy_bank() {
    let (app, path) = connected().await;
    app.bank.fault(json!({ "endpoint": READ, "status": 491, "times": 1000 })).await;

    app.put(&path, &json!({ "enabled": true, "categories": ["OAUTH"] })).await.problem(503, "bank_busy");

    app.bank.clear_faults().await;
    assert_eq!(keep(&app, 10).await["checked"], 0, "not at once");
    app.advance(900).await;
    assert_eq!(keep(&app, 10).await["checked"], 1);
    assert_eq!(
        (states(&app.get(&path).await).0.as_str(), ours(&app).await.as_slice()),
        ("ok", &["OAUTH".to_owned()][..])
    );
}

#[tokio::test]
async fn a_lost_answer_to_a_write_is_not_repeated_blindly() {
    let (app, path) = connected().await;
    app.bank.fault(json!({ "endpoint": WRITE, "status": 502, "body": "<html>", "act": true })).await;

    let lost = enable(&app, &path).await;

    assert_eq!((lost.status, app.bank.count(WRITE).await), (502, 1), "{lost:?}");
    let again = enable(&app, &path).await;
    assert_eq!((states(&again).0.as_str(), app.bank.count(WRITE).await), ("ok", 1), "it had come about");
    assert_eq!(ours(&app).await, USUAL);
}

#[tokio::test]
async fn without_the_key_of_the_addresses_the_setup_is_not_complete() {
    let (mut app, path) = connected().await;
    app.delete_secret("hook-key").await;
    app.restart().await;

    enable(&app, &path).await.problem(503, "not_onboarded");
    assert_eq!(app.setup(json!({ "action": "status" })).await.unwrap()["onboarded"], false);
    app.setup(json!({})).await.unwrap();

    assert_eq!(states(&enable(&app, &path).await).0, "ok");
}
