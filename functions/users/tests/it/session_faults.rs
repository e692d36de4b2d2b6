//! A bank that fails while a session is opened: the caller receives the problem, and the next read works.

use serde_json::{Value, json};

use crate::fixture::{SESSION, assert_discreet, bank_error, connected};

/// Faults of the one call, with the caller's answer: status, code, action.
fn faults() -> Vec<(Value, u16, &'static str, &'static str)> {
    let limit = "Too many requests. You can do a maximum of 1 calls per 30 second to this endpoint.";
    vec![
        (json!({ "status": 429, "body": bank_error(limit) }), 503, "bank_busy", "wait"),
        (json!({ "status": 491 }), 503, "bank_busy", "wait"),
        (json!({ "status": 500 }), 502, "bank_unavailable", "retry"),
        (json!({ "drop": "before" }), 502, "bank_unavailable", "retry"),
        (json!({ "drop": "after" }), 502, "bank_unavailable", "retry"),
        (json!({ "truncate": 20 }), 502, "bank_unavailable", "retry"),
        (json!({ "signature": "wrong" }), 502, "bank_signature_invalid", "contact_support"),
        (json!({ "signature": "missing" }), 502, "bank_signature_invalid", "contact_support"),
        (json!({ "status": 200, "body": "<html></html>" }), 502, "bank_unavailable", "contact_bunq"),
        (json!({ "status": 200, "body": { "Response": [] } }), 502, "bank_unavailable", "contact_bunq"),
        (
            json!({ "status": 200, "body": { "Response": [{ "Token": { "token": "" } }] } }),
            502,
            "bank_unavailable",
            "contact_bunq",
        ),
        (json!({ "status": 404, "body": bank_error("It is gone.") }), 502, "bank_unavailable", "contact_bunq"),
        (json!({ "status": 400, "body": bank_error("An odd user.") }), 502, "bank_unavailable", "contact_bunq"),
        (json!({ "status": 404, "body": "<html>" }), 502, "bank_unavailable", "retry"),
        (json!({ "status": 466, "body": bank_error("Sign it.") }), 500, "internal_error", "contact_support"),
    ]
}

#[tokio::test]
async fn a_session_that_is_not_opened_is_said_plainly_and_opened_by_the_next_read() {
    let (app, accounts) = connected("person").await;
    for (mut fault, status, code, action) in faults() {
        fault["endpoint"] = json!(SESSION);
        app.bank.expire_sessions().await;
        app.bank.forget_calls().await;
        app.bank.fault(fault.clone()).await;

        let failed = app.get(&accounts).await;
        // If the bank stated a time to wait, no call is made before it has passed.
        app.clock.advance(failed.header("retry-after").parse().unwrap_or(0));
        let after = app.get(&accounts).await;

        assert_eq!(failed.problem(status, code)["action"], action, "{fault}");
        assert_discreet(&failed);
        assert_eq!(after.status, 200, "{fault}: {after:?}");
        assert_eq!(app.bank.count(SESSION).await, 2, "a call that may have run is not sent again: {fault}");
    }
}

#[tokio::test]
async fn the_limit_on_sessions_is_told_with_the_time_to_wait() {
    let (app, accounts) = connected("person").await;
    // The consent used the one session that 30 seconds allow. But the bank starts to count only when the limit is
    // switched on, so it allows one more.
    app.bank.settings(json!({ "rate_limits": "classic" })).await;
    app.bank.expire_sessions().await;
    assert_eq!(app.get(&accounts).await.status, 200);
    app.bank.expire_sessions().await;

    let answer = app.get(&accounts).await;

    assert_eq!(answer.problem(503, "bank_busy")["action"], "wait");
    assert_eq!(answer.header("retry-after"), "30");
    assert_eq!(app.bank.count(SESSION).await, 2);
}

#[tokio::test]
async fn an_installation_that_the_bank_refuses_for_one_customer_is_not_taken_for_a_forgotten_one() {
    let (app, accounts) = connected("person").await;
    app.bank.expire_sessions_of("person").await;
    let body = bank_error("Insufficient authentication.");
    app.bank.fault(json!({ "endpoint": SESSION, "status": 401, "body": body })).await;

    let refused = app.get(&accounts).await;

    assert_eq!(refused.problem(502, "bank_unavailable")["action"], "contact_bunq");
    assert_eq!(app.get(&accounts).await.status, 200);
}

#[tokio::test]
async fn a_bank_that_has_forgotten_the_deployment_is_not_asked_again_and_again() {
    let (mut app, accounts) = connected("person").await;
    app.bank.expire_sessions().await;
    app.restart().await;
    let body = bank_error("Insufficient authorisation.");
    app.bank.fault(json!({ "endpoint": SESSION, "status": 401, "body": body, "times": 99 })).await;

    let refused = app.get(&accounts).await;

    let problem = refused.problem(503, "not_onboarded");
    assert_eq!(problem["action"], "contact_support");
    assert!(problem["detail"].as_str().unwrap().contains("setup"), "{problem}");
    assert!(!refused.headers.contains_key("retry-after"), "{refused:?}");
}

#[tokio::test]
async fn a_session_that_the_bank_refuses_says_whose_calls_it_concerns() {
    let (app, accounts) = connected("person").await;
    let refusal =
        json!({ "endpoint": SESSION, "status": 404, "body": bank_error("The item you requested could not be found.") });

    app.bank.expire_sessions_of("person").await;
    app.bank.fault(refusal.clone()).await;
    assert_eq!(app.get(&accounts).await.problem(502, "bank_unavailable")["scope"], "connection");

    // Without a session of the TPP itself, no customer's session is opened.
    let transactions = "/psd2/payment-service-provider-issuer-transaction";
    app.bank.expire_sessions_of("psp").await;
    app.bank.fault(refusal).await;
    assert_eq!(app.get(transactions).await.problem(502, "bank_unavailable")["scope"], "deployment");
}
