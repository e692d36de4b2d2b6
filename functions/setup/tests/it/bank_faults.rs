//! The bank fails at every point in every way; the next run completes the onboarding.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::http::Code;

use crate::support::{assert_works, called, complete, endpoints, fresh, invoke, states};

/// A read is tried four times before a run gives up.
const TRIES: u64 = 4;

/// Stops a run at each of these calls, and runs it again without the fault.
async fn stop_and_resume(endpoints: &[String], fault: Value, code: Code) {
    join_all(endpoints.iter().map(|endpoint| stop_and_resume_at(endpoint, fault.clone(), code))).await;
}

async fn stop_and_resume_at(endpoint: &str, mut fault: Value, code: Code) {
    let context = format!("{fault} at {endpoint}");
    let app = fresh().await;
    fault["endpoint"] = json!(endpoint);
    fault["times"] = json!(TRIES);
    app.bank.fault(fault).await;

    let stopped = invoke(&app, json!({})).await;
    let stopped_at = called(&app).await.pop();
    app.bank.clear_faults().await;
    let status = invoke(&app, json!({ "action": "status" })).await.unwrap();
    let report = complete(&app).await;

    let problem = stopped.expect_err(&context);
    assert_eq!(problem.code(), code, "{context}: {problem}");
    assert_eq!(stopped_at.as_deref(), Some(endpoint), "{context}: the run went on");
    let resumed = states(&status).into_iter().map(|state| if state == "missing" { "now" } else { state });
    assert_eq!(states(&report), resumed.collect::<Vec<_>>(), "{context}: what was saved is not made again");
    assert!(report["api_key"].is_string(), "{context}");
    assert_works(&app, &context).await;
}

#[tokio::test]
async fn a_run_whose_connection_breaks_before_the_bank_acts_is_taken_up_by_the_next() {
    stop_and_resume(endpoints().await, json!({ "drop": "before" }), Code::BankUnavailable).await;
}

#[tokio::test]
async fn a_run_that_never_hears_what_the_bank_did_is_taken_up_by_the_next() {
    stop_and_resume(endpoints().await, json!({ "drop": "after" }), Code::BankUnavailable).await;
}

#[tokio::test]
async fn a_run_that_meets_a_failing_bank_is_taken_up_by_the_next() {
    stop_and_resume(endpoints().await, json!({ "status": 500 }), Code::BankUnavailable).await;
}

#[tokio::test]
async fn a_run_that_gets_html_in_place_of_json_is_taken_up_by_the_next() {
    let html = json!({ "status": 200, "body": "<html>hello</html>", "content_type": "text/html", "act": true });
    stop_and_resume(endpoints().await, html, Code::BankUnavailable).await;
}

#[tokio::test]
async fn a_run_that_gets_an_answer_of_somebody_else_is_taken_up_by_the_next() {
    // One call that creates and one that lists. The same code verifies the answers to all calls.
    stop_and_resume(&endpoints().await[3..5], json!({ "signature": "wrong" }), Code::BankSignatureInvalid).await;
}

#[tokio::test]
async fn what_bunq_says_when_it_refuses_reaches_the_owner() {
    let app = fresh().await;
    let text = "Your certificate is not on our list.";
    let body = json!({ "Error": [{ "error_description": text }] });
    let endpoint = "POST payment-service-provider-credential";
    app.bank.fault(json!({ "endpoint": endpoint, "status": 400, "body": body })).await;

    let problem = invoke(&app, json!({})).await.unwrap_err();

    assert_eq!(problem.code(), Code::BankRefused);
    assert!(problem.to_string().contains(text), "{problem}");
    complete(&app).await;
    assert_works(&app, "a refusal").await;
}
