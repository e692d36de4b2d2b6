//! Answers of the bank that must not be passed on, and refusals that are passed on.

use serde_json::{Value, json};
use testkit::{TestApp, logs};

use crate::fixture::{ACCOUNTS, SESSION, assert_discreet, bank_error, connected};

/// Has the bank give the same answer repeatedly. Checks the number of calls, and that the next read works. An answer
/// that is invalid or not verified is worth a second call; a refusal is not.
async fn meet(app: &TestApp, accounts: &str, mut fault: Value, status: u16, code: &str) -> Value {
    let calls = if status == 502 { 2 } else { 1 };
    fault["endpoint"] = json!(ACCOUNTS);
    fault["times"] = json!(calls);
    app.bank.fault(fault.clone()).await;
    app.bank.forget_calls().await;

    let answer = app.get(accounts).await;

    let problem = answer.problem(status, code);
    assert_discreet(&answer);
    assert_eq!(app.bank.count(ACCOUNTS).await, calls, "{fault}");
    assert_eq!(app.get(accounts).await.status, 200, "{fault}");
    assert_eq!(app.bank.count(SESSION).await, 0, "{fault}");
    assert_eq!(problem["bunq_response_id"].as_str().map(str::len), Some(36), "{fault}: {problem}");
    problem
}

#[tokio::test]
async fn a_signed_answer_that_is_no_envelope_is_a_bad_gateway() {
    let (app, accounts) = connected("person").await;
    let nonsense = [
        json!({ "status": 200, "body": "<html><body>Down for a moment</body></html>", "content_type": "text/html" }),
        json!({ "status": 200, "body": "" }),
        json!({ "status": 200, "body": " \n" }),
        json!({ "status": 200, "body": "null" }),
        json!({ "status": 200, "body": "[]" }),
        json!({ "status": 200, "body": "{}" }),
        json!({ "status": 200, "body": "{\"Response\":{}}" }),
        json!({ "status": 200, "body": "{\"Response\":null}" }),
        json!({ "status": 200, "body": "{\"Response\":[]" }),
        json!({ "status": 200, "body": "{\"Response\":[]}{\"Response\":[]}" }),
        json!({ "status": 200, "body": "[".repeat(100_000) }),
    ];

    for fault in nonsense {
        let problem = meet(&app, &accounts, fault, 502, "bank_unavailable").await;

        assert_eq!(problem["action"], "contact_bunq");
        assert_eq!(problem["errors"], Value::Null);
    }
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_no_success() {
    let (app, accounts) = connected("person").await;
    let mut both = bank_error("Something else.");
    both["Response"] = json!([]);

    for body in [bank_error("Something else."), both, json!({ "Error": [], "Response": [] })] {
        let problem = meet(&app, &accounts, json!({ "status": 200, "body": body }), 502, "bank_unavailable").await;

        assert_eq!(problem["action"], "contact_bunq");
    }
}

#[tokio::test]
async fn an_answer_that_the_bank_did_not_sign_is_never_passed_on() {
    let (app, accounts) = connected("person").await;
    let unsigned = [
        json!({ "signature": "missing" }),
        json!({ "signature": "wrong" }),
        json!({ "signature": "missing", "status": 200, "body": { "Response": [] } }),
        json!({ "signature": "wrong", "status": 200, "body": { "Response": [] } }),
        json!({ "signature": "wrong", "status": 404, "body": bank_error("Not found.") }),
        json!({ "signature": "wrong", "status": 403, "body": bank_error("Forbidden.") }),
    ];

    for fault in unsigned {
        let problem = meet(&app, &accounts, fault, 502, "bank_signature_invalid").await;

        assert_eq!(problem["action"], "contact_support");
        assert_eq!(problem["errors"], Value::Null);
    }
}

#[tokio::test]
async fn the_bank_of_another_installation_is_not_believed() {
    let (app, accounts) = connected("person").await;
    let stranger = TestApp::builder().not_onboarded().start().await;
    stranger.bank.settings(json!({ "server_key_per_installation": true })).await;
    stranger.setup(json!({})).await.unwrap();
    let mut ours = app.read_secret("tpp").await;
    let theirs = stranger.read_secret("tpp").await;
    ours["installation"]["server_public_key"] = theirs["installation"]["server_public_key"].clone();
    app.write_secret("tpp", &ours.to_string()).await;

    // The secrets are trusted for ten minutes.
    assert_eq!(app.get(&accounts).await.status, 200);
    app.clock.advance(601);
    let answer = app.get(&accounts).await;

    assert_eq!(answer.problem(502, "bank_signature_invalid")["action"], "contact_support");
    assert_discreet(&answer);
}

#[tokio::test]
async fn one_answer_that_cannot_be_believed_is_asked_for_again() {
    logs::capture();
    let (app, accounts) = connected("person").await;
    let good = app.get(&accounts).await;
    let garbled = |log: &str| log.lines().filter(|line| line.contains("BankAnswersGarbled")).count();

    for mut fault in [
        json!({ "signature": "missing" }),
        json!({ "signature": "wrong" }),
        json!({ "signature": "wrong", "status": 404, "body": bank_error("Not found.") }),
        json!({ "signature": "missing", "status": 200, "body": "<html>Sign in to this network</html>", "content_type": "text/html" }),
        json!({ "status": 200, "body": "<html>Down for a moment</html>", "content_type": "text/html" }),
        json!({ "status": 200, "body": "{}" }),
        json!({ "status": 200, "body": "{\"Response\":[" }),
        json!({ "status": 200, "body": bank_error("Something else.") }),
    ] {
        fault["endpoint"] = json!(ACCOUNTS);
        app.bank.fault(fault.clone()).await;
        app.bank.forget_calls().await;
        let before = garbled(&logs::text());

        let answer = app.get(&accounts).await;

        assert_eq!((answer.status, &answer.text), (200, &good.text), "{fault}");
        assert_eq!(app.bank.count(ACCOUNTS).await, 2, "{fault}");
        assert!(garbled(&logs::text()) > before, "{fault}");
    }
}

#[tokio::test]
async fn a_garbled_answer_after_a_failure_is_still_asked_for_again() {
    let (app, accounts) = connected("person").await;
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": 500, "body": "" })).await;
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "nth": 2, "status": 200, "body": "{}" })).await;
    app.bank.forget_calls().await;

    assert_eq!(app.get(&accounts).await.status, 200);
    assert_eq!(app.bank.count(ACCOUNTS).await, 3);
}

#[tokio::test]
async fn a_refusal_keeps_its_meaning_and_the_banks_texts() {
    let (app, accounts) = connected("person").await;
    let account = "Monetary account for id \"1\" not found.";
    let field = "Superfluous field \"color\".";
    for (theirs, text, ours, code, action) in [
        (404, "Draft payment for id \"1\" not found.", 404, "bank_refused", "fix_request"),
        (404, account, 404, "account_not_granted", "fix_request"),
        (404, "MONETARY ACCOUNT for id \"1\" not found.", 404, "account_not_granted", "fix_request"),
        (403, account, 403, "insufficient_rights", "contact_bunq"),
        (403, "You are not allowed to do this.", 403, "insufficient_rights", "contact_bunq"),
        (400, account, 422, "bank_refused", "fix_request"),
        (490, "Not now.", 422, "bank_refused", "fix_request"),
        (400, "The currency of the payment is not that of the account.", 422, "currency_refused", "fix_request"),
        (400, "The balance is insufficient in the currency of the account.", 422, "bank_refused", "fix_request"),
        (400, field, 422, "bank_validation_failed", "fix_request"),
        (490, field, 422, "bank_validation_failed", "fix_request"),
        (400, "Invalid type for field \"currency\" (expected STRING).", 422, "bank_validation_failed", "fix_request"),
    ] {
        for signature in [None, Some("missing")] {
            let texts = [text, "And this."].map(|text| json!({ "error_description": text }));
            let mut fault = json!({ "status": theirs, "body": { "Error": texts } });
            if let Some(signature) = signature {
                fault["signature"] = json!(signature);
            }

            let problem = meet(&app, &accounts, fault, ours, code).await;

            assert_eq!((&problem["action"], &problem["scope"]), (&json!(action), &json!("request")), "{theirs} {text}");
            assert_eq!(problem["errors"][0]["detail"], text, "{theirs}");
            assert_eq!(problem["errors"][1], json!({ "detail": "And this." }), "{theirs}");
        }
    }
}

#[tokio::test]
async fn the_field_that_the_bank_refuses_is_named_as_a_field_of_the_banks() {
    let (app, accounts) = connected("person").await;
    for (text, field) in [
        ("Superfluous field \"color\".", json!("color")),
        ("Invalid type for field \"counterparty_alias\" (expected STRUCT).", json!("counterparty_alias")),
        ("Superfluous field \"alias.display_name\".", json!("alias.display_name")),
        ("Superfluous field \"\".", Value::Null),
        ("Superfluous field \"not closed", Value::Null),
        ("Superfluous field \"<b>\".", Value::Null),
    ] {
        let fault = json!({ "endpoint": ACCOUNTS, "status": 400, "body": bank_error(text) });
        app.bank.fault(fault).await;

        let problem = app.get(&accounts).await.json();

        assert_eq!((problem["status"].as_u64(), &problem["errors"][0]["bank_field"]), (Some(422), &field), "{text}");
    }
}

#[tokio::test]
async fn an_account_that_is_refused_in_dutch_only_is_not_granted_either() {
    let (app, accounts) = connected("person").await;
    let error = json!({ "error_description_translated": "Rekening met id \"1\" is niet gevonden." });
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": 404, "body": { "Error": [error] } })).await;

    app.get(&accounts).await.problem(404, "account_not_granted");
}

#[tokio::test]
async fn a_refusal_without_the_banks_envelope_is_not_the_banks() {
    let (app, accounts) = connected("person").await;
    for body in [json!("<html>404</html>"), json!(""), json!({ "Error": "no list" }), json!({ "Error": [] })] {
        app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": 404, "body": body, "times": 9 })).await;
        let problem = app.get(&accounts).await.problem(502, "bank_unavailable");
        app.bank.clear_faults().await;

        assert_eq!((&problem["action"], &problem["errors"]), (&json!("retry"), &Value::Null), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_that_only_a_mistake_of_ours_explains_is_said_without_detail() {
    let (app, accounts) = connected("person").await;
    for status in [405, 466, 402, 418] {
        let body = bank_error("For this operation a request signature is required.");
        let problem = meet(&app, &accounts, json!({ "status": status, "body": body }), 500, "internal_error").await;

        assert_eq!(problem["action"], "contact_support", "{status}");
        assert_eq!(problem["errors"], Value::Null, "{status}");
        assert!(!problem.to_string().contains("signature"), "{status}: {problem}");
    }
}
