//! Sessions are scarce: how often a session is opened, when, and by which process.

use futures::future::join_all;
use serde_json::json;
use testkit::TestApp;

use crate::fixture::{ACCOUNTS, SESSION, always, bank_error, connected};

#[tokio::test]
async fn a_consent_opens_one_session_and_ten_reads_open_none() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    assert_eq!(app.bank.count(SESSION).await, 1);

    for _ in 0..10 {
        assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    }

    assert_eq!(app.bank.count(SESSION).await, 1);
    assert_eq!(app.bank.count(ACCOUNTS).await, 10);
}

#[tokio::test]
async fn a_session_outlives_the_process_that_opened_it() {
    let (mut app, accounts) = connected("person").await;

    for _ in 0..3 {
        app.restart().await;
        assert_eq!(app.get(&accounts).await.status, 200);
    }

    assert_eq!(app.bank.count(SESSION).await, 0);
}

#[tokio::test]
async fn twenty_reads_at_once_renew_an_ended_session_once() {
    let (mut app, accounts) = connected("person").await;
    for memory in ["warm", "cold"] {
        if memory == "cold" {
            app.restart().await;
        }
        app.bank.expire_sessions().await;
        app.bank.forget_calls().await;
        app.bank.fault(json!({ "endpoint": SESSION, "delay_ms": 200 })).await;

        let answers = join_all((0..20).map(|_| app.get(&accounts))).await;

        for answer in answers {
            assert_eq!(answer.status, 200, "{memory}: {answer:?}");
        }
        assert_eq!(app.bank.count(SESSION).await, 1, "{memory}");
        assert!(app.bank.count(ACCOUNTS).await <= 40, "{memory}");
    }
}

#[tokio::test]
async fn a_session_is_renewed_half_a_minute_before_its_end() {
    // In memory and in the store, since memory is trusted for one minute only.
    for (lifetime, long_before, shortly_before) in [(80, 40, 55), (600, 560, 575)] {
        let app = TestApp::start().await;
        app.bank.settings(json!({ "session_timeout_seconds": lifetime })).await;
        let user_id = app.connect("person").await;
        app.bank.forget_calls().await;
        let accounts = format!("/user/{user_id}/accounts");

        app.clock.advance(long_before);
        assert_eq!(app.get(&accounts).await.status, 200);
        assert_eq!(app.bank.count(SESSION).await, 0, "{lifetime}");
        app.clock.advance(shortly_before - long_before);
        let answers = join_all((0..5).map(|_| app.get(&accounts))).await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        assert_eq!(app.bank.count(SESSION).await, 1, "{lifetime}");
        // Four of the five reads share a call.
        assert_eq!(app.bank.count(ACCOUNTS).await, 3, "nothing was refused first: {lifetime}");
    }
}

#[tokio::test]
async fn a_bank_whose_clock_is_ahead_ends_a_session_early_and_nobody_notices() {
    let app = TestApp::start().await;
    app.bank.settings(json!({ "session_timeout_seconds": 300 })).await;
    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;

    app.bank.settings(json!({ "clock_offset_seconds": 301 })).await;
    let answer = app.get(&format!("/user/{user_id}/accounts")).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await), (1, 2));
}

#[tokio::test]
async fn each_wording_of_the_banks_401_renews_the_session() {
    let (app, accounts) = connected("person").await;
    for signed in [true, false] {
        for text in ["authorisation", "authentication"] {
            app.bank.settings(json!({ "expired_session_text": text, "sign_errors": signed })).await;
            app.bank.expire_sessions().await;
            app.bank.forget_calls().await;

            let answer = app.get(&accounts).await;

            assert_eq!(answer.status, 200, "{text}: {answer:?}");
            assert_eq!((app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await), (1, 2), "{text}");
        }
    }
}

#[tokio::test]
async fn a_dead_session_is_recognised_behind_every_status_that_hides_it() {
    let (app, accounts) = connected("person").await;
    let hidden = [
        (401, bank_error("Something new.")),
        (403, bank_error("Insufficient authentication.")),
        (403, bank_error("Insufficient authorisation.")),
        (500, bank_error("Insufficient authorisation.")),
        (400, bank_error("Onvoldoende autorisatie.")),
        (400, bank_error("Invalid hash \"false\".")),
        (400, bank_error("User credentials are incorrect. Incorrect API key or IP address.")),
        (
            403,
            json!({ "Error": [{ "error_description": "", "error_description_translated": "Onvoldoende autorisatie." }] }),
        ),
    ];

    for (status, body) in hidden {
        app.bank.forget_calls().await;
        app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": status, "body": body })).await;

        let answer = app.get(&accounts).await;

        assert_eq!(answer.status, 200, "{status} {body}: {answer:?}");
        assert_eq!((app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await), (1, 2), "{status} {body}");
    }
}

#[tokio::test]
async fn a_401_that_the_bank_did_not_sign_so_ends_no_session() {
    let (app, accounts) = connected("person").await;
    let body = bank_error("Insufficient authorisation.");
    app.bank
        .fault(json!({ "endpoint": ACCOUNTS, "status": 401, "body": body, "signature": "wrong", "times": 2 }))
        .await;

    app.get(&accounts).await.problem(502, "bank_signature_invalid");

    assert_eq!(app.bank.count(SESSION).await, 0);
    assert_eq!(app.get(&accounts).await.status, 200);
    assert_eq!(app.bank.count(SESSION).await, 0, "the session is still good");
}

#[tokio::test]
async fn a_renewed_session_that_is_refused_again_is_not_renewed_again() {
    let (app, accounts) = connected("person").await;
    let refusals = [
        (401, bank_error("Insufficient authorisation."), 502, "bank_refused"),
        (403, bank_error("Insufficient authentication."), 403, "bank_refused"),
        (500, bank_error("Insufficient authorisation."), 502, "bank_unavailable"),
    ];
    for (status, body, ours, code) in refusals {
        app.bank.forget_calls().await;
        app.bank.fault(always(json!({ "status": status, "body": body }))).await;

        let refused = app.get(&accounts).await;
        let (sessions, reads) = (app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await);
        app.bank.clear_faults().await;
        let after = app.get(&accounts).await;

        refused.problem(ours, code);
        assert_eq!((sessions, reads), (1, 2), "{status}");
        assert_eq!(after.status, 200, "{status}: {after:?}");
        assert_eq!(app.bank.count(SESSION).await, 1, "the renewed session is used: {status}");
    }
}

#[tokio::test]
async fn the_end_of_one_customers_session_is_no_matter_of_anothers() {
    let app = TestApp::start().await;
    let (person, company) = (app.connect("person").await, app.connect("company").await);
    app.bank.expire_sessions().await;
    app.bank.forget_calls().await;

    assert_eq!(app.get(&format!("/user/{person}/accounts")).await.status, 200);
    assert_eq!(app.bank.count(SESSION).await, 1);
    assert_eq!(app.get(&format!("/user/{company}/accounts")).await.status, 200);
    assert_eq!(app.get(&format!("/user/{person}/accounts")).await.status, 200);

    assert_eq!(app.bank.count(SESSION).await, 2);
}
