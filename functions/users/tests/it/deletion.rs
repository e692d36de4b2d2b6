//! The owner deletes a connection.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNTS, connected, get_at, process};

const END: &str = "DELETE session/{item-id}";
const NOBODY: &str = "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";

async fn delete(app: &TestApp, user_id: &str) -> Answer {
    app.send(app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key)).await
}

fn user_id(accounts: &str) -> String {
    accounts.trim_start_matches("/user/").trim_end_matches("/accounts").to_owned()
}

/// The content of all tables, as text.
async fn stored(app: &TestApp) -> String {
    let (connections, ephemera) = (app.scan("connections").await, app.scan("ephemera").await);
    Value::from([connections, ephemera].concat()).to_string()
}

#[tokio::test]
async fn a_deleted_connection_is_gone_here_and_its_session_at_the_bank() {
    let (app, accounts) = connected("person").await;
    let user_id = user_id(&accounts);

    let deleted = delete(&app, &user_id).await;

    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""), "{deleted:?}");
    assert_eq!(app.bank.count(END).await, 1);
    for path in [accounts.clone(), format!("/user/{user_id}"), format!("/user/{user_id}/connection")] {
        app.get(&path).await.problem(404, "user_not_found");
    }
    assert_eq!(app.get("/users").await.json()["users"], json!([]));
    assert_eq!(app.bank.count(ACCOUNTS).await, 0);
}

#[tokio::test]
async fn deleting_twice_is_no_error_and_deleting_nobody_is() {
    let (app, accounts) = connected("person").await;
    for _ in 0..3 {
        assert_eq!(delete(&app, &user_id(&accounts)).await.status, 204);
    }
    assert_eq!(app.bank.count(END).await, 1);
    delete(&app, NOBODY).await.problem(404, "user_not_found");
    delete(&app, "nobody").await.problem(422, "invalid_request");
}

#[tokio::test]
async fn nothing_of_the_customer_stays_but_that_there_was_one() {
    let (app, accounts) = connected("person").await;
    assert_eq!(app.get(&accounts).await.status, 200);
    let user_id = user_id(&accounts);
    let before = stored(&app).await;
    for kept in ["access_token", "display_name", "GRANTED#", "SESSION#", "granted_id"] {
        assert!(before.contains(kept), "{kept} is looked for under its name: {before}");
    }

    assert_eq!(delete(&app, &user_id).await.status, 204);

    let after = stored(&app).await;
    for gone in ["access_token", "display_name", "GRANTED#", "granted_id", &format!("SESSION#{user_id}")] {
        assert!(!after.contains(gone), "{gone}: {after}");
    }
    let users = app.scan("connections").await.into_iter();
    let left: Vec<_> = users.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("USER#")).collect();
    let [tombstone] = left.as_slice() else { panic!("{left:?}") };
    let mut names: Vec<_> = tombstone.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["consented_at", "deleted_at", "pk", "user_id", "workspace"]);
}

#[tokio::test]
async fn a_customer_who_comes_back_is_somebody_new() {
    let (app, accounts) = connected("person").await;
    let before = user_id(&accounts);
    assert_eq!(delete(&app, &before).await.status, 204);

    let after = app.connect("person").await;

    assert_ne!(after, before);
    assert_eq!(app.get(&format!("/user/{after}/accounts")).await.status, 200);
    app.get(&accounts).await.problem(404, "user_not_found");
    assert_eq!(delete(&app, &before).await.status, 204, "the old name still names nobody");
    assert_eq!(app.get(&format!("/user/{after}/accounts")).await.status, 200);
}

#[tokio::test]
async fn a_process_that_knows_the_connection_finds_out_at_the_bank() {
    let (app, accounts) = connected("person").await;
    let other = process(&app, Duration::from_secs(30)).await;
    assert_eq!(get_at(&app, &other, &accounts).await.status, 200);

    assert_eq!(delete(&app, &user_id(&accounts)).await.status, 204);

    get_at(&app, &other, &accounts).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn what_the_bank_says_does_not_keep_a_connection() {
    for fault in [
        json!({ "endpoint": END, "status": 500, "times": 1000 }),
        json!({ "endpoint": END, "status": 401, "times": 1000 }),
        json!({ "endpoint": END, "drop": "before", "times": 1000 }),
    ] {
        let (app, accounts) = connected("person").await;
        app.bank.fault(fault.clone()).await;

        let deleted = delete(&app, &user_id(&accounts)).await;

        assert_eq!(deleted.status, 204, "{fault}: {deleted:?}");
        app.get(&accounts).await.problem(404, "user_not_found");
        assert!(!stored(&app).await.contains("access_token"));
    }
}

#[tokio::test]
async fn a_revoked_or_expired_connection_can_be_deleted() {
    let (app, accounts) = connected("person").await;
    app.bank.revoke("person").await;
    app.get(&accounts).await.problem(403, "consent_revoked");

    assert_eq!(delete(&app, &user_id(&accounts)).await.status, 204);

    app.get(&accounts).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn a_deletion_that_the_store_fails_can_be_asked_for_again() {
    for (target, status) in [("TransactWriteItems", 503), ("DeleteItem", 503)] {
        let (app, accounts) = connected("person").await;
        let fault = json!({ "target": format!("DynamoDB_20120810.{target}"), "error": "ProvisionedThroughputExceededException", "times": 1000 });
        app.aws_fault(fault).await;
        assert_eq!(delete(&app, &user_id(&accounts)).await.status, status, "{target}");
        app.aws_recover().await;

        assert_eq!(delete(&app, &user_id(&accounts)).await.status, 204, "{target}");

        let left = stored(&app).await;
        assert!(!left.contains("access_token") && !left.contains(&format!("SESSION#{}", user_id(&accounts))), "{left}");
    }
}

#[tokio::test]
async fn deletions_at_once_delete_once() {
    let (app, accounts) = connected("person").await;
    let user_id = user_id(&accounts);

    let answers = futures::future::join_all((0..8).map(|_| delete(&app, &user_id))).await;

    assert!(answers.iter().all(|answer| answer.status == 204), "{answers:?}");
    app.get(&accounts).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn a_connection_that_came_back_from_a_backup_can_be_deleted() {
    let (app, accounts) = connected("person").await;
    let before = user_id(&accounts);
    let is_old = |item: &Value| item["pk"]["S"] == format!("USER#{before}");
    let backup = app.scan("connections").await.into_iter().find(is_old).unwrap();
    assert_eq!(delete(&app, &before).await.status, 204);
    let after = app.connect("person").await;
    let put = json!({ "TableName": "connections", "Item": backup });
    app.aws_call("DynamoDB_20120810.PutItem", put).await;

    assert_eq!(delete(&app, &before).await.status, 204);

    app.get(&accounts).await.problem(404, "user_not_found");
    assert_eq!(app.get(&format!("/user/{after}/accounts")).await.status, 200, "the other way is not cut");
}

#[tokio::test]
async fn a_session_that_is_opened_meanwhile_outlives_nobody() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions_of("person").await;

    // Readers that open a new session, and a deletion in the middle of it.
    let readers = futures::future::join_all((0..6).map(|_| app.get(&accounts)));
    let (answers, deleted) = futures::future::join(readers, delete(&app, &user_id(&accounts))).await;

    assert_eq!(deleted.status, 204);
    assert!(answers.iter().all(|answer| [200, 404].contains(&answer.status)), "{answers:?}");
    app.clock.advance(61);
    app.get(&accounts).await.problem(404, "user_not_found");
    // A trace of the attempt may remain for a while; no token does.
    let session = format!("SESSION#{}", user_id(&accounts));
    let tokens = app.scan("ephemera").await.into_iter().filter(|item| item["pk"]["S"] == session.as_str());
    assert!(tokens.into_iter().all(|item| item["token"].is_null()));
    assert_eq!(app.bank.sessions_of("person").await, 0, "none is left open at the bank");
}

#[tokio::test]
async fn a_customer_ends_the_connection_in_the_banks_app() {
    let (app, accounts) = connected("person").await;
    let company = app.connect("company").await;
    let home = app.bank.url().join("app?customer=person").unwrap();
    let page = app.bank.open(&home).await;
    assert!(page.answer.text.contains("End this connection"), "{page:?}");

    let ended = page.press("end").await;

    assert_eq!((ended.status, ended.header("location")), (303, "/app?customer=person"));
    assert!(app.bank.open(&home).await.answer.text.contains("No other app may see your accounts."));
    app.get(&accounts).await.problem(403, "consent_revoked");
    assert_eq!(app.get(&format!("/user/{company}/accounts")).await.status, 200, "another customer's");
    assert_eq!(page.press("end").await.status, 303, "from a page that is old");
}
