//! DynamoDB and Secrets Manager fail, or hold invalid data. The answer does not show which service it is.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{ACCOUNTS, SESSION, assert_discreet, connected, get_at, process};

fn fault(target: &str, how: &Value, times: u32) -> Value {
    let mut fault = how.clone();
    fault["target"] = json!(target);
    fault["times"] = json!(times);
    fault
}

/// Each fault has its own deployment, and all run at the same time: AWS's SDK waits between tries.
async fn meet_unavailable(target: &str, how: Value) {
    let (mut app, accounts) = connected("empty").await;
    app.restart().await;
    app.aws_fault(fault(target, &how, 100)).await;

    let answer = app.get(&accounts).await;
    app.aws_recover().await;
    let after = app.get(&accounts).await;

    assert_eq!(answer.problem(503, "store_unavailable")["action"], "wait", "{target} {how}");
    assert_eq!(answer.header("retry-after"), "5", "{target} {how}");
    assert_discreet(&answer);
    assert_eq!(after.status, 200, "{target} {how}: {after:?}");
    assert_eq!((app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await), (0, 1), "{target} {how}");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_and_nothing_is_lost() {
    // Each holds a whole deployment, which is too much for the stack of a test.
    let meet = |target, how| Box::pin(meet_unavailable(target, how));
    join_all([
        meet("DynamoDB_20120810.BatchGetItem", json!({ "error": "InternalServerError" })),
        meet("DynamoDB_20120810.BatchGetItem", json!({ "error": "ProvisionedThroughputExceededException" })),
        meet("DynamoDB_20120810.BatchGetItem", json!({ "drop": "before" })),
        meet("secretsmanager.GetSecretValue", json!({ "error": "InternalServiceError" })),
        meet("secretsmanager.GetSecretValue", json!({ "error": "ThrottlingException" })),
        meet("secretsmanager.GetSecretValue", json!({ "drop": "after" })),
    ])
    .await;
}

#[tokio::test]
async fn a_warm_process_reads_on_while_the_stores_are_down() {
    let (app, accounts) = connected("person").await;
    assert_eq!(app.get(&accounts).await.status, 200);
    for target in ["DynamoDB_20120810.GetItem", "DynamoDB_20120810.BatchGetItem"] {
        app.aws_fault(fault(target, &json!({ "error": "InternalServerError" }), 100)).await;
    }
    app.aws_fault(fault("secretsmanager.GetSecretValue", &json!({ "error": "InternalServiceError" }), 100)).await;

    let answer = app.get(&accounts).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn one_failure_of_the_store_is_not_noticed() {
    let (mut app, accounts) = connected("empty").await;
    for how in [json!({ "error": "InternalServerError" }), json!({ "drop": "before" })] {
        app.restart().await;
        app.aws_fault(fault("DynamoDB_20120810.BatchGetItem", &how, 1)).await;

        assert_eq!(app.get(&accounts).await.status, 200, "{how}");
    }
}

#[tokio::test]
async fn a_lease_that_cannot_be_written_opens_no_session() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions().await;
    app.aws_fault(fault("DynamoDB_20120810.UpdateItem", &json!({ "error": "InternalServerError" }), 100)).await;

    let answer = app.get(&accounts).await;
    assert_eq!(app.bank.count(SESSION).await, 0);
    app.aws_recover().await;
    let after = app.get(&accounts).await;

    assert_eq!(answer.problem(503, "store_unavailable")["action"], "wait");
    assert_discreet(&answer);
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(app.bank.count(SESSION).await, 1);
}

/// The SDK sends the write again, and the second write finds the result of the first.
#[tokio::test]
async fn a_write_whose_answer_is_lost_is_known_as_ones_own() {
    let (app, accounts) = connected("person").await;
    let other = process(&app, Duration::from_secs(10)).await;
    for target in ["DynamoDB_20120810.PutItem", "DynamoDB_20120810.UpdateItem"] {
        app.bank.expire_sessions().await;
        app.bank.forget_calls().await;
        app.aws_fault(fault(target, &json!({ "drop": "after" }), 1)).await;

        let answer = get_at(&app, &other, &accounts).await;

        assert_eq!((answer.status, app.bank.count(SESSION).await), (200, 1), "{target}: {answer:?}");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_stored_holds_nobody_up() {
    let (app, accounts) = connected("person").await;
    let other = process(&app, Duration::from_secs(10)).await;
    app.bank.expire_sessions().await;
    app.aws_fault(fault("DynamoDB_20120810.PutItem", &json!({ "error": "InternalServerError" }), 100)).await;

    let answer = get_at(&app, &other, &accounts).await;
    app.aws_recover().await;
    let after = get_at(&app, &other, &accounts).await;

    if answer.status != 200 {
        answer.problem(503, "store_unavailable");
    }
    assert_eq!(after.status, 200, "{after:?}");
}

/// The answer of a cold process after a secret was damaged.
async fn spoil(name: &str, content: Option<&str>) -> Value {
    let (mut app, accounts) = connected("person").await;
    match content {
        Some(content) => app.write_secret(name, content).await,
        None => app.delete_secret(name).await,
    }
    app.restart().await;

    let answer = app.get(&accounts).await;

    assert_discreet(&answer);
    // A session whose sealing key is gone counts as absent, so at most another is opened.
    let sessions = usize::try_from(app.bank.count(SESSION).await).unwrap();
    assert_eq!(app.bank.total().await, sessions, "{name} {content:?}");
    let problem = answer.json();
    answer.problem(answer.status, problem["code"].as_str().unwrap())
}

#[tokio::test]
async fn a_deployment_whose_secrets_are_gone_is_not_onboarded() {
    for name in ["tpp", "sealing-key"] {
        let problem = spoil(name, None).await;

        assert_eq!((&problem["status"], &problem["code"]), (&json!(503), &json!("not_onboarded")), "{name}: {problem}");
        assert_eq!(problem["action"], "contact_support", "{name}");
    }
    let problem = spoil("tpp", Some("{\"environment\":\"sandbox\"}")).await;
    assert_eq!(problem["code"], "not_onboarded", "{problem}");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_a_matter_of_the_deployments_owner() {
    let key = "A".repeat(43) + "=";
    let spoiled = [
        ("tpp", "no JSON sk-very-secret"),
        ("tpp", "[]"),
        ("sealing-key", "no JSON"),
        ("sealing-key", "{\"current\":\"k1\",\"keys\":{\"k1\":\"dG9vIHNob3J0\"}}"),
        ("sealing-key", "{\"current\":\"k2\",\"keys\":{}}"),
        // Another key, with the same name and with another name: sealed data cannot be opened.
        ("sealing-key", &format!("{{\"current\":\"k1\",\"keys\":{{\"k1\":\"{key}\"}}}}")),
        ("sealing-key", &format!("{{\"current\":\"k2\",\"keys\":{{\"k2\":\"{key}\"}}}}")),
    ];

    for (name, content) in spoiled {
        let problem = spoil(name, Some(content)).await;

        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(500), &json!("internal_error")),
            "{name} {content}: {problem}"
        );
        assert_eq!(problem["action"], "contact_support", "{name} {content}");
    }
}

#[tokio::test]
async fn an_installation_key_that_is_none_is_a_matter_of_the_deployments_owner() {
    let (mut app, accounts) = connected("person").await;
    let good = app.read_secret("tpp").await;
    for field in ["private_key", "server_public_key"] {
        let mut spoiled = good.clone();
        spoiled["installation"][field] = json!("-----BEGIN-NOTHING-----");
        app.write_secret("tpp", &spoiled.to_string()).await;
        app.restart().await;

        let answer = app.get(&accounts).await;

        assert_eq!(answer.problem(500, "internal_error")["action"], "contact_support", "{field}");
        assert_discreet(&answer);
    }
    app.write_secret("tpp", &good.to_string()).await;
    app.restart().await;
    assert_eq!(app.get(&accounts).await.status, 200);
}

#[tokio::test]
async fn the_sealing_key_can_be_rotated() {
    let (mut app, accounts) = connected("person").await;
    let mut keys = app.read_secret("sealing-key").await;
    keys["keys"]["k2"] = json!("A".repeat(43) + "=");
    keys["current"] = json!("k2");
    app.write_secret("sealing-key", &keys.to_string()).await;

    app.restart().await;
    assert_eq!(app.get(&accounts).await.status, 200, "the session was sealed with the old key");
    app.bank.expire_sessions().await;
    assert_eq!(app.get(&accounts).await.status, 200, "the access token too");
    app.restart().await;
    assert_eq!(app.get(&accounts).await.status, 200, "the new session is sealed with the new one");

    assert_eq!(app.bank.count(SESSION).await, 1);
}

#[tokio::test]
async fn a_table_that_there_is_not_is_a_matter_of_the_deployments_owner() {
    let (mut app, accounts) = connected("person").await;
    for table in ["CONNECTIONS_TABLE", "EPHEMERA_TABLE"] {
        let name = app.variables()[table].clone();
        app.set_variable(table, "nowhere");
        app.restart().await;

        let answer = app.get(&accounts).await;
        app.set_variable(table, name);
        app.restart().await;

        assert_eq!(answer.problem(500, "internal_error")["action"], "contact_support", "{table}");
        assert!(!answer.text.contains("nowhere"), "{table}: {answer:?}");
        assert_discreet(&answer);
        assert_eq!(app.get(&accounts).await.status, 200, "{table}");
    }
}

#[tokio::test]
async fn a_deployment_that_was_never_onboarded_knows_no_key() {
    let app = TestApp::builder().not_onboarded().start().await;

    let answer = app.get_with_key("/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11", &"A".repeat(43)).await;

    answer.problem(401, "api_key_invalid");
    assert_eq!(app.bank.total().await, 0);
}
