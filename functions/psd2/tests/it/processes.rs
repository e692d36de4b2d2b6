//! The TPP's own session, shared by every process of the function.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{
    TestApp,
    lambda::{http_event, post_event},
};

use crate::fixture::{CREATE, LIST, PATH, SESSION, count, transaction};

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_psd2");

fn read(app: &TestApp) -> Value {
    http_event("GET", PATH, &[("Authorization", &format!("Bearer {}", app.api_key))])
}

async fn ten_at_once(app: &TestApp) {
    // Long enough that all requests arrive while the session is being opened.
    app.bank.fault(json!({ "endpoint": SESSION, "delay_ms": 500 })).await;
    app.bank.forget_calls().await;
    let functions = join_all((0..10).map(|_| app.bootstrap(BOOTSTRAP))).await;

    let answers = join_all(functions.iter().map(|function| function.invoke(read(app)))).await;

    for answer in answers {
        let answer = answer.unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
    }
    assert_eq!(app.bank.count(SESSION).await, 1);
}

#[tokio::test]
async fn ten_cold_processes_that_meet_an_ended_session_open_one_together() {
    let app = TestApp::start().await;
    app.bank.expire_sessions().await;

    ten_at_once(&app).await;
}

#[tokio::test]
async fn ten_cold_processes_that_find_no_session_open_one_together() {
    let app = TestApp::start().await;
    app.forget_ephemera().await;

    ten_at_once(&app).await;
    let reads = app.bank.count(LIST).await;
    assert_eq!(reads, 10, "no call was needless");
}

#[tokio::test]
async fn a_process_starts_one_as_lambda_hears_of_it() {
    let app = TestApp::start().await;
    let function = app.bootstrap(BOOTSTRAP).await;
    let headers = [("Authorization", format!("Bearer {}", app.api_key)), ("Idempotency-Key", "key".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));

    let answer = function.invoke(post_event(PATH, &headers, &transaction("x"))).await.unwrap();

    assert_eq!(answer["statusCode"], 201, "{answer}");
    assert!(answer["headers"]["link"].as_str().unwrap().ends_with("; rel=\"payment\""), "{answer}");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn a_session_that_the_bank_ended_is_renewed_for_reads_and_for_what_starts_something() {
    let app = TestApp::start().await;
    assert_eq!(app.get(PATH).await.status, 200);
    app.bank.forget_calls().await;

    app.bank.expire_sessions().await;
    let read = app.get(PATH).await;
    app.bank.expire_sessions().await;
    let created = app.post(PATH, &transaction("x")).await;

    assert_eq!((read.status, created.status), (200, 201), "{read:?} {created:?}");
    assert_eq!(app.bank.count(SESSION).await, 2);
    assert_eq!((count(&app).await, app.bank.count(CREATE).await), (1, 2), "refused once, then made once");
}

#[tokio::test]
async fn a_session_whose_time_is_over_is_renewed_before_the_bank_has_to_say_so() {
    let app = TestApp::start().await;
    assert_eq!(app.get(PATH).await.status, 200);
    app.bank.forget_calls().await;
    app.advance(324_000).await;

    let answers = join_all((0..5).map(|_| app.get(PATH))).await;

    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!((app.bank.count(SESSION).await, app.bank.count(LIST).await), (1, 2), "four reads share a call");
}

#[tokio::test]
async fn the_session_is_opened_once_for_all_routes_and_kept() {
    let app = TestApp::start().await;
    app.forget_ephemera().await;

    for _ in 0..3 {
        assert_eq!(app.get(PATH).await.status, 200);
    }

    assert!(app.bank.count(SESSION).await <= 1, "one in memory is enough");
}
