//! Several processes of the function at once, as Lambda starts them.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{TestApp, lambda::http_event};

use crate::fixture::{ACCOUNTS, SESSION, connected, get_at, process, process_with};

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_users");

fn read(app: &TestApp, path: &str) -> Value {
    http_event("GET", path, &[("Authorization", &format!("Bearer {}", app.api_key))])
}

#[tokio::test]
async fn three_processes_that_meet_an_ended_session_open_one_together() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions().await;
    // Long enough that each process gets the refusal before the first one has a new session.
    app.bank.fault(json!({ "endpoint": SESSION, "delay_ms": 500 })).await;
    let functions = join_all((0..3).map(|_| app.bootstrap(BOOTSTRAP))).await;

    let begun: Vec<_> = (0..30).map(|number| functions[number % 3].begin(read(&app, &accounts))).collect();
    let answers = join_all(begun).await;

    for answer in answers {
        let answer = answer.unwrap().unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
    }
    assert_eq!(app.bank.count(SESSION).await, 1);
    let reads = app.bank.count(ACCOUNTS).await;
    assert!((31..=33).contains(&reads), "30 reads and a refusal for each process at most: {reads}");
}

#[tokio::test]
async fn a_process_answers_as_api_gateway_wants_it() {
    let (app, accounts) = connected("empty").await;
    let function = app.bootstrap(BOOTSTRAP).await;

    let good = function.invoke(read(&app, &accounts)).await.unwrap();
    let bad = function.invoke(http_event("GET", &accounts, &[])).await.unwrap();

    assert_eq!(good["statusCode"], 200, "{good}");
    assert_eq!(good["isBase64Encoded"], false);
    assert_eq!(good["headers"]["content-type"], "application/json");
    assert_eq!(good["headers"]["cache-control"], "no-store");
    assert_eq!(good["body"], app.get(&accounts).await.text);
    assert_eq!(bad["statusCode"], 401, "{bad}");
    assert_eq!(bad["headers"]["content-type"], "application/problem+json");
    // API Gateway's own id, so that its log and ours can be correlated.
    for answer in [&good, &bad] {
        assert_eq!(answer["headers"]["x-request-id"], "gateway-request-id=");
    }
    assert_eq!(app.bank.count(SESSION).await, 0);
}

#[tokio::test]
async fn a_process_goes_on_after_the_bank_failed_it() {
    let (app, accounts) = connected("empty").await;
    let function = app.bootstrap(BOOTSTRAP).await;
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "times": 4, "drop": "after" })).await;

    let failed = function.invoke(read(&app, &accounts)).await.unwrap();
    let after = function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!((&failed["statusCode"], &after["statusCode"]), (&json!(502), &json!(200)), "{failed} {after}");
}

#[tokio::test]
async fn a_process_that_dies_while_it_opens_a_session_holds_the_others_up_for_a_while_only() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions().await;
    app.bank.forget_calls().await;
    app.bank.fault(json!({ "endpoint": SESSION, "delay_ms": 60_000 })).await;
    let mut dying = app.bootstrap(BOOTSTRAP).await;
    let lost = dying.begin(read(&app, &accounts));
    while app.bank.count(SESSION).await == 0 {}
    dying.kill();

    // The answer of another process while the lease lasts.
    let hurried = process(&app, Duration::from_secs(3)).await;
    let meanwhile = get_at(&app, &hurried, &accounts).await;
    app.clock.advance(36);
    let after = app.get(&accounts).await;

    assert_eq!(meanwhile.problem(503, "session_pending")["action"], "wait");
    assert_eq!(meanwhile.header("retry-after"), "5");
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(app.bank.count(SESSION).await, 2);
    drop(lost);
}

#[tokio::test]
async fn a_process_waits_for_the_one_that_opens_the_session() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions().await;
    app.bank.forget_calls().await;
    app.bank.fault(json!({ "endpoint": SESSION, "delay_ms": 500 })).await;
    let other = process(&app, Duration::from_secs(30)).await;
    let opener = app.bootstrap(BOOTSTRAP).await;
    let begun = opener.begin(read(&app, &accounts));
    while app.bank.count(SESSION).await == 0 {}

    let waited = get_at(&app, &other, &accounts).await;
    let opened = begun.await.unwrap().unwrap();

    assert_eq!(waited.status, 200, "{waited:?}");
    assert_eq!(opened["statusCode"], 200, "{opened}");
    assert_eq!(app.bank.count(SESSION).await, 1);
}

/// `cargo lambda watch` sends the length of a deadline. Interpreted as a time, it is ten minutes after the start of
/// 1970.
#[tokio::test]
async fn a_deadline_that_has_passed_on_arrival_counts_as_absent() {
    let (app, accounts) = connected("person").await;

    for deadline_ms in [600_000, 0, 1] {
        let process = process_with(&app, move || deadline_ms).await;

        assert_eq!(get_at(&app, &process, &accounts).await.status, 200, "{deadline_ms}");
    }
}
