//! Answers of the bank that cannot be passed on, and refusals that are.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{ACCOUNTS, SESSION, assert_discreet, bank_error, connected};

/// Has the bank answer the next read so, and checks that one call was made for it and that the read after it works.
async fn meet(app: &TestApp, accounts: &str, mut fault: Value, status: u16, code: &str) -> Value {
    fault["endpoint"] = json!(ACCOUNTS);
    app.bank.fault(fault.clone()).await;
    app.bank.forget_calls().await;

    let answer = app.get(accounts).await;

    let problem = answer.problem(status, code);
    assert_discreet(&answer);
    assert_eq!(app.bank.count(ACCOUNTS).await, 1, "{fault}");
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

    // What is in memory is good for a minute.
    assert_eq!(app.get(&accounts).await.status, 200);
    app.clock.advance(61);
    let answer = app.get(&accounts).await;

    assert_eq!(answer.problem(502, "bank_signature_invalid")["action"], "contact_support");
    assert_discreet(&answer);
}

#[tokio::test]
async fn a_refusal_keeps_its_meaning_and_the_banks_texts() {
    let (app, accounts) = connected("person").await;
    let refusals =
        [(404, 404, "fix_request"), (403, 403, "contact_bunq"), (400, 422, "fix_request"), (490, 422, "fix_request")];
    let text = "Monetary account for id \"1\" not found.";
    let body = json!({ "Error": [{ "error_description": text, "error_description_translated": text }, { "error_description": "And this." }] });

    for signature in [None, Some("missing")] {
        for (theirs, ours, action) in refusals {
            let mut fault = json!({ "status": theirs, "body": body });
            if let Some(signature) = signature {
                fault["signature"] = json!(signature);
            }
            let problem = meet(&app, &accounts, fault, ours, "bank_refused").await;

            assert_eq!(problem["action"], action, "{theirs}");
            assert_eq!(problem["errors"], json!([{ "detail": text }, { "detail": "And this." }]), "{theirs}");
        }
    }
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
