//! The real bootstrap dies while it waits for the bank; the next process completes the onboarding.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestApp;
use tokio::time::timeout;

use crate::support::{ask, assert_works, called, complete, endpoints, fresh, invoke, states};

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_setup");
/// How often the call log is read, ten milliseconds apart.
const LOOKS: usize = 3_000;

/// Runs the setup in a process that hangs at this call, and kills it there.
async fn kill_at(app: &TestApp, endpoint: &str, mut fault: Value) {
    fault["endpoint"] = json!(endpoint);
    fault["delay_ms"] = json!(600_000);
    app.bank.fault(fault).await;
    let calls_before = app.bank.count(endpoint).await;
    let mut process = app.bootstrap(BOOTSTRAP).await;
    let mut answer = process.begin(json!({}));

    for _ in 0..LOOKS {
        if app.bank.count(endpoint).await > calls_before {
            break;
        }
        let ended = timeout(Duration::from_millis(10), &mut answer).await;
        assert!(ended.is_err(), "the run did not hang at {endpoint}: {ended:?}");
    }

    assert_eq!(called(app).await.pop().as_deref(), Some(endpoint));
    process.kill();
    app.bank.clear_faults().await;
}

async fn kill_and_resume(endpoints: &[String], fault: Value) {
    for endpoint in endpoints {
        let app = fresh().await;
        kill_at(&app, endpoint, fault.clone()).await;

        let next = app.bootstrap(BOOTSTRAP).await;
        let report = ask(&next, json!({})).await.unwrap();

        let context = format!("a death at {endpoint}, {fault}");
        assert_eq!(report["onboarded"], true, "{context}");
        assert!(states(&report).contains(&"now"), "{context}: {report}");
        assert!(report["api_key"].is_string(), "{context}: {report}");
        assert_works(&app, &context).await;
    }
}

#[tokio::test]
async fn a_process_that_dies_before_the_bank_acts_is_followed_by_one_that_ends() {
    kill_and_resume(endpoints().await, json!({ "drop": "before" })).await;
}

#[tokio::test]
async fn a_process_that_dies_after_the_bank_acted_is_followed_by_one_that_ends() {
    kill_and_resume(endpoints().await, json!({})).await;
}

#[tokio::test]
async fn processes_that_die_one_after_the_other_get_further_each_time() {
    let app = fresh().await;
    for endpoint in endpoints().await {
        kill_at(&app, endpoint, json!({ "drop": "before" })).await;
    }

    complete(&app).await;

    assert_works(&app, "nine deaths").await;
}

#[tokio::test]
async fn a_process_that_dies_while_it_renews_the_session_holds_nobody_up_for_longer_than_its_lease() {
    let app = fresh().await;
    let list = "GET user/{user-id}/oauth-client";
    app.bank.fault(json!({ "endpoint": list, "status": 500, "times": 4 })).await;
    invoke(&app, json!({})).await.unwrap_err();
    app.bank.clear_faults().await;
    app.bank.expire_sessions().await;
    kill_at(&app, "POST session-server", json!({})).await;

    app.clock.advance(36);
    complete(&app).await;

    assert_works(&app, "a death with a lease").await;
}
