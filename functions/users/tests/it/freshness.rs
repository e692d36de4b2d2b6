//! What memory holds is compared with the store while a read waits for the bank. An answer that rests on something that
//! is no longer true is dropped.

use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Value, json};
use testkit::{Link, TestApp};

use crate::accounts::writing;
use crate::fixture::{ACCOUNTS, SESSION, connected, get_at, process_at};

/// The age at which memory is no longer trusted, in seconds.
const OLD: i64 = 61;
/// The age at which the secrets are no longer trusted, in seconds.
const OLD_SECRETS: i64 = 601;

/// A process whose way to AWS can be held up.
async fn process(app: &TestApp) -> (Url, Link) {
    let aws = Link::to(&Url::parse(&app.aws.url()).unwrap()).await;
    let url = aws.url(&Url::parse(&app.aws.url()).unwrap());
    (process_at(app, &url, Duration::from_secs(30)).await, aws)
}

/// A process that has answered a request, and the path of the accounts.
async fn warm() -> (TestApp, String, Url, Link) {
    let (app, accounts) = connected("person").await;
    let (process, aws) = process(&app).await;
    assert_eq!(get_at(&app, &process, &accounts).await.status, 200);
    app.bank.forget_calls().await;
    app.forget_aws_calls().await;
    (app, accounts, process, aws)
}

#[tokio::test]
async fn a_read_with_an_old_memory_does_not_wait_for_the_store() {
    for age in [OLD, OLD_SECRETS, 9 * 3600] {
        let (app, accounts, process, aws) = warm().await;
        app.clock.advance(age);
        aws.hold();

        let released = async {
            // The store has not answered anything yet.
            while app.bank.count(ACCOUNTS).await == 0 {}
            aws.release();
        };
        let (answer, ()) = tokio::join!(get_at(&app, &process, &accounts), released);

        assert_eq!(answer.status, 200, "{age}: {answer:?}");
        assert_eq!(app.bank.total().await, 1, "{age}");
    }
}

#[tokio::test]
async fn each_further_minute_costs_one_read_of_the_store_and_ten_cost_one_of_each_secret() {
    let (app, accounts, process, _aws) = warm().await;
    let minute = json!({ "DynamoDB_20120810.BatchGetItem": 1 });

    for minutes in 1..=11 {
        app.clock.advance(OLD);
        app.forget_aws_calls().await;
        for _ in 0..3 {
            assert_eq!(get_at(&app, &process, &accounts).await.status, 200);
        }
        let mut calls = app.aws_calls().await;
        // The use of a key is noted once a minute on its first day.
        calls.as_object_mut().unwrap().remove("DynamoDB_20120810.UpdateItem");
        let secrets = calls.as_object_mut().unwrap().remove("secretsmanager.GetSecretValue");
        assert_eq!(calls, minute, "after {minutes} minutes");
        assert_eq!(secrets, (minutes == 10).then(|| json!(2)), "after {minutes} minutes");
    }
}

/// Changes something in the stores, and returns what an old memory answers then, and how often it called the bank.
async fn outdated(change: impl AsyncFnOnce(&TestApp, &str)) -> (testkit::Answer, u64) {
    let (app, accounts, process, _aws) = warm().await;
    change(&app, &accounts).await;
    app.clock.advance(OLD);
    app.bank.forget_calls().await;
    let answer = get_at(&app, &process, &accounts).await;
    (answer, app.bank.count(ACCOUNTS).await)
}

#[tokio::test]
async fn an_answer_for_a_key_that_was_revoked_is_dropped() {
    let revoke = async |app: &TestApp, _: &str| {
        let keys = app.setup(json!({ "action": "list_api_keys" })).await.unwrap();
        let id = &keys["api_keys"][0]["id"];
        app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    };

    let (answer, calls) = outdated(revoke).await;

    answer.problem(401, "api_key_invalid");
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn a_refusal_of_a_key_that_was_revoked_is_dropped_too() {
    let (app, accounts, process, _aws) = warm().await;
    let (id, key) = app.create_api_key(&["payments"]).await;
    let get =
        async || app.send(app.request(Method::GET, process.join(&accounts).unwrap().as_str()).bearer_auth(&key)).await;
    get().await.problem(403, "scope_missing");
    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    app.clock.advance(OLD);

    get().await.problem(401, "api_key_invalid");
}

#[tokio::test]
async fn an_answer_about_a_customer_who_was_deleted_is_dropped() {
    let delete = async |app: &TestApp, accounts: &str| {
        let user = accounts.trim_end_matches("/accounts");
        let deleted = app.send(app.request(Method::DELETE, user).bearer_auth(&app.api_key)).await;
        assert_eq!(deleted.status, 204);
    };

    let (answer, _) = outdated(delete).await;

    answer.problem(404, "user_not_found");
}

#[tokio::test]
async fn an_answer_under_a_consent_that_was_found_revoked_is_dropped() {
    let revoke = async |app: &TestApp, accounts: &str| {
        app.bank.revoke("person").await;
        app.clock.advance(OLD);
        app.get(accounts).await.problem(403, "consent_revoked");
    };

    let (answer, _) = outdated(revoke).await;

    answer.problem(403, "consent_revoked");
}

#[tokio::test]
async fn an_answer_under_an_earlier_consent_is_dropped_and_asked_for_under_the_new_one() {
    let consent_again = async |app: &TestApp, _: &str| {
        app.connect("person").await;
    };

    let (answer, calls) = outdated(consent_again).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(calls, 2, "once in the session of each consent");
}

#[tokio::test]
async fn an_answer_is_dropped_if_the_secrets_have_changed() {
    let (app, accounts, process, _aws) = warm().await;
    let secret = app.read_secret("tpp").await;
    app.write_secret("tpp", &secret.to_string()).await;
    app.clock.advance(OLD_SECRETS);

    assert_eq!(get_at(&app, &process, &accounts).await.status, 200);
    assert_eq!(app.bank.count(ACCOUNTS).await, 2, "once before and once after");

    app.delete_secret("tpp").await;
    app.clock.advance(OLD_SECRETS);
    get_at(&app, &process, &accounts).await.problem(503, "not_onboarded");
}

#[tokio::test]
async fn a_store_that_does_not_answer_makes_an_old_memory_unusable_and_secrets_manager_does_not() {
    let (app, accounts, process, _aws) = warm().await;
    let fault = |target: &str| json!({ "target": target, "times": 100, "error": "InternalServerError" });
    app.clock.advance(OLD_SECRETS);
    app.aws_fault(json!({ "target": "secretsmanager.GetSecretValue", "times": 100, "error": "InternalServiceError" }))
        .await;

    assert_eq!(get_at(&app, &process, &accounts).await.status, 200, "the secrets still work");

    app.clock.advance(OLD);
    app.aws_fault(fault("DynamoDB_20120810.BatchGetItem")).await;
    get_at(&app, &process, &accounts).await.problem(503, "store_unavailable");
}

#[tokio::test]
async fn a_write_asks_the_store_before_it_asks_the_bank() {
    let (app, path) = writing("allow").await;
    let path = format!("{path}/60101");
    let body = json!({ "description": "Rent" });
    assert_eq!(app.put(&path, &body).await.status, 200);
    let keys: Value = app.setup(json!({ "action": "list_api_keys" })).await.unwrap();
    app.setup(json!({ "action": "revoke_api_key", "id": keys["api_keys"][0]["id"] })).await.unwrap();
    app.clock.advance(OLD);
    app.bank.forget_calls().await;

    app.put(&path, &body).await.problem(401, "api_key_invalid");

    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_request_whose_session_ended_meanwhile_is_answered_in_the_new_one() {
    let (app, accounts, process, _aws) = warm().await;
    app.bank.expire_sessions().await;
    app.clock.advance(OLD);

    let answer = get_at(&app, &process, &accounts).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(app.bank.count(SESSION).await, 1);
}

#[tokio::test]
async fn a_process_continues_with_an_installation_that_the_setup_has_made_meanwhile() {
    let (mut app, accounts, process, _aws) = warm().await;
    app.write_secret("tpp", r#"{"environment":"sandbox"}"#).await;
    app.setup(json!({})).await.unwrap();
    app.bank.expire_sessions().await;
    app.restart().await;
    assert_eq!(app.get(&accounts).await.status, 200, "the session in the store is one of the new installation");
    app.bank.forget_calls().await;

    let answer = get_at(&app, &process, &accounts).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(app.bank.count(SESSION).await, 0, "it uses that session");
}

#[tokio::test]
async fn sessions_of_a_replaced_installation_are_not_used_with_the_new_one() {
    let mut app = TestApp::builder().variable("BANK_WRITES", "accounts").not_onboarded().start().await;
    app.bank.settings(json!({ "tpp_writes": "allow", "server_key_per_installation": true })).await;
    app.api_key = app.setup(json!({})).await.unwrap()["api_key"].as_str().unwrap().to_owned();
    let path = format!("/user/{}/monetary-account", app.connect("person").await);
    let (process, _aws) = process(&app).await;
    let accounts = path.replace("monetary-account", "accounts");
    assert_eq!(get_at(&app, &process, &accounts).await.status, 200);
    app.write_secret("tpp", r#"{"environment":"sandbox"}"#).await;
    app.setup(json!({})).await.unwrap();
    app.clock.advance(OLD_SECRETS);

    assert_eq!(get_at(&app, &process, &accounts).await.status, 200);

    let url = process.join(&format!("{path}/60101")).unwrap();
    let put = app.request(Method::PUT, url.as_str()).bearer_auth(&app.api_key);
    let put = put.header("content-type", "application/json").body(r#"{"description":"Rent"}"#);
    assert_eq!(app.send(put).await.status, 200, "signed with the key of the installation that opened the session");
}

#[tokio::test]
async fn a_withdrawn_installation_signs_no_write() {
    let (app, path) = writing("allow").await;
    let (path, body) = (format!("{path}/60101"), json!({ "description": "Rent" }));
    assert_eq!(app.put(&path, &body).await.status, 200);
    app.write_secret("tpp", r#"{"environment":"sandbox"}"#).await;
    app.clock.advance(OLD_SECRETS);
    app.bank.forget_calls().await;

    for _ in 0..2 {
        app.put(&path, &body).await.problem(503, "not_onboarded");
    }

    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn an_outage_of_secrets_manager_is_noticed_once_a_minute() {
    let (app, accounts, process, _aws) = warm().await;
    let outage = json!({ "target": "secretsmanager.GetSecretValue", "times": 100, "error": "InternalServiceError" });
    app.clock.advance(OLD_SECRETS);
    app.aws_fault(outage).await;
    let secrets = async || app.aws_calls().await["secretsmanager.GetSecretValue"].clone();

    let mut seen = Vec::new();
    for seconds in [0, 30, 31] {
        app.clock.advance(seconds);
        app.forget_aws_calls().await;
        assert_eq!(get_at(&app, &process, &accounts).await.status, 200, "{seconds}");
        seen.push(secrets().await != Value::Null);
    }

    assert_eq!(seen, [true, false, true]);
}

#[tokio::test]
async fn a_read_without_the_customer_is_counted_once_and_for_a_valid_key_only() {
    let app = TestApp::builder().variable("UNATTENDED_READS_PER_DAY", "2").start().await;
    let user_id = app.connect("person").await;
    let accounts = format!("/user/{user_id}/accounts");
    let (process, _aws) = process(&app).await;
    let (id, revoked) = app.create_api_key(&["accounts"]).await;
    let get = async |key: &str| {
        app.send(app.request(Method::GET, process.join(&accounts).unwrap().as_str()).bearer_auth(key)).await
    };
    assert_eq!(get(&revoked).await.status, 200, "the first");
    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    app.connect("person").await;
    app.clock.advance(OLD);

    get(&revoked).await.problem(401, "api_key_invalid");
    assert_eq!(get(&app.api_key).await.status, 200, "the second, in the session of the new consent");
    get(&app.api_key).await.problem(429, "too_many_unattended_reads");
}

#[tokio::test]
async fn a_store_that_hangs_is_waited_for_no_longer_than_the_request_may_take() {
    let (app, accounts) = connected("person").await;
    let aws = Link::to(&Url::parse(&app.aws.url()).unwrap()).await;
    let url = aws.url(&Url::parse(&app.aws.url()).unwrap());
    let hurried = process_at(&app, &url, Duration::from_secs(4)).await;
    assert_eq!(get_at(&app, &hurried, &accounts).await.status, 200);
    app.clock.advance(OLD);
    aws.hold();

    get_at(&app, &hurried, &accounts).await.problem(503, "store_unavailable");

    aws.release();
    assert_eq!(get_at(&app, &hurried, &accounts).await.status, 200);
}
