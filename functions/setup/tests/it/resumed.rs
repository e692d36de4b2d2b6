//! The setup finds what already exists, and creates again what has expired or was lost.

use serde_json::json;
use testkit::TestApp;

use crate::{
    qseal::{rsa_key, secret, self_signed},
    support::{ASKED_AT_THE_BANK, assert_works, called, complete, fresh, invoke, invoke_with, states},
};

const CLIENT: &str = "user/{user-id}/oauth-client";
const CALLBACK: &str = "user/{user-id}/oauth-client/{oauth-client-id}/callback-url";

async fn calls_that_change_something(app: &TestApp) -> Vec<String> {
    called(app).await.into_iter().filter(|call| !call.starts_with("GET ")).collect()
}

#[tokio::test]
async fn an_oauth_client_and_a_callback_url_that_the_bank_has_are_found_and_not_made_again() {
    let app = TestApp::start().await;
    let mut secret = app.read_secret("oauth-client").await;
    app.delete_secret("oauth-client").await;

    let report = complete(&app).await;

    assert_eq!(states(&report)[6..8], ["now", "now"]);
    assert_eq!(calls_that_change_something(&app).await, Vec::<String>::new());
    let mut found = app.read_secret("oauth-client").await;
    // It is unknown which deployment registered the address that was found.
    assert_eq!(found["has_registered_callback_url"].take(), false);
    secret["has_registered_callback_url"].take();
    assert_eq!(found, secret);
    assert_works(&app, "the loss of the secret").await;
}

#[tokio::test]
async fn a_changed_public_url_adds_a_callback_url_once() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example/api/")];

    let first = invoke_with(&app, &moved, json!({})).await.unwrap();
    let second = invoke_with(&app, &moved, json!({})).await.unwrap();

    assert_eq!(first["callback_url"], "https://tpp.example/api/callback");
    assert_eq!((states(&first)[6], states(&first)[7]), ("before", "now"));
    assert_eq!(states(&second), ["before"; 9]);
    assert_eq!(calls_that_change_something(&app).await, [format!("POST {CALLBACK}")]);
    let overview = app.bank.overview().await;
    assert_eq!((&overview["oauth_clients"], &overview["callback_urls"]), (&json!(1), &json!(2)), "{overview}");
}

#[tokio::test]
async fn a_callback_url_is_registered_and_ours_also_if_the_answer_has_no_id() {
    let app = TestApp::start().await;
    let without_id =
        json!({ "endpoint": format!("POST {CALLBACK}"), "status": 200, "body": "{\"Response\":[]}", "act": true });
    app.bank.fault(without_id).await;

    let report = invoke_with(&app, &[("PUBLIC_URL", "https://tpp.example")], json!({})).await.unwrap();

    assert_eq!(states(&report)[7], "now");
    assert_eq!(app.read_secret("oauth-client").await["has_registered_callback_url"], true);
}

#[tokio::test]
async fn a_public_url_that_changes_back_is_found_at_the_bank() {
    let app = TestApp::start().await;
    invoke_with(&app, &[("PUBLIC_URL", "https://tpp.example")], json!({})).await.unwrap();
    app.bank.forget_calls().await;

    let report = complete(&app).await;

    assert_eq!(states(&report)[7], "now");
    assert_eq!(called(&app).await, ASKED_AT_THE_BANK);
    app.connect("person").await;
}

#[tokio::test]
async fn the_status_under_a_changed_public_url_says_that_the_callback_url_is_missing() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example")];

    let status = invoke_with(&app, &moved, json!({ "action": "status" })).await.unwrap();

    assert_eq!(states(&status)[7], "missing");
    assert_eq!(status["onboarded"], false);
    assert_eq!(called(&app).await, ASKED_AT_THE_BANK);
}

/// Stops a run at a call; the bank's credential then expires unused.
async fn credential_that_died(stopped_at: &str) {
    let app = fresh().await;
    app.bank.fault(json!({ "endpoint": stopped_at, "status": 500 })).await;
    invoke(&app, json!({})).await.unwrap_err();
    let dead = app.read_secret("tpp").await["psp"]["api_key"].clone();
    app.bank.settings(json!({ "clock_offset_seconds": 7200 })).await;
    app.clock.advance(7200);

    let report = complete(&app).await;

    assert_eq!(states(&report)[2..6], ["before", "now", "now", "now"], "after {stopped_at}");
    assert_ne!(app.read_secret("tpp").await["psp"]["api_key"], dead);
    assert_eq!(app.bank.overview().await["psp_credentials"], 1);
    assert_works(&app, stopped_at).await;
}

#[tokio::test]
async fn a_credential_that_was_not_used_for_an_hour_is_made_anew() {
    credential_that_died("POST device-server").await;
}

#[tokio::test]
async fn a_credential_that_has_a_device_and_was_not_used_for_an_hour_is_made_anew_with_its_device() {
    credential_that_died("POST session-server").await;
}

#[tokio::test]
async fn a_credential_that_the_bank_refuses_again_and_again_is_made_anew_once_a_run() {
    let app = fresh().await;
    let text = "User credentials are incorrect. Incorrect API key or IP address.";
    let body = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": "POST device-server", "status": 400, "body": body, "times": 10 })).await;

    let problem = invoke(&app, json!({})).await.unwrap_err();

    assert!(problem.to_string().contains(text), "{problem}");
    assert_eq!(app.bank.count("POST payment-service-provider-credential").await, 2);
    app.bank.clear_faults().await;
    complete(&app).await;
    assert_works(&app, "refused credentials").await;
}

#[tokio::test]
async fn a_session_that_ended_between_two_runs_is_opened_anew() {
    let app = fresh().await;
    app.bank.fault(json!({ "endpoint": format!("GET {CLIENT}"), "status": 500, "times": 4 })).await;
    invoke(&app, json!({})).await.unwrap_err();
    app.bank.expire_sessions().await;

    let report = complete(&app).await;

    assert_eq!(states(&report)[5..7], ["before", "now"]);
    assert_works(&app, "a dead session").await;
}

#[tokio::test]
async fn a_deployment_that_lost_what_may_be_lost_needs_no_setup() {
    let app = TestApp::start().await;
    for item in app.scan("ephemera").await {
        let key = json!({ "TableName": "ephemera", "Key": { "pk": item["pk"] } });
        app.aws_call("DynamoDB_20120810.DeleteItem", key).await;
    }
    assert_eq!(app.scan("ephemera").await.len(), 0);

    let report = complete(&app).await;

    assert_eq!(states(&report), ["before"; 9]);
    assert_works(&app, "the loss of the ephemera").await;
}

#[tokio::test]
async fn a_lost_tpp_secret_is_made_anew_for_the_same_user_of_the_bank() {
    let app = TestApp::start().await;
    let user = app.read_secret("tpp").await["psp_user_id"].clone();
    app.delete_secret("tpp").await;

    let report = complete(&app).await;

    assert_eq!(report["psp_user_id"], user);
    assert_eq!(states(&report)[2..], ["now", "now", "now", "now", "before", "before", "before"]);
    let overview = app.bank.overview().await;
    assert_eq!((&overview["psp_users"], &overview["oauth_clients"]), (&json!(1), &json!(1)), "{overview}");
    app.connect("person").await;
}

#[tokio::test]
async fn a_certificate_of_another_name_is_another_user_of_the_bank_with_an_oauth_client_of_its_own() {
    let app = TestApp::start().await;
    let key = rsa_key();
    let leaf = self_signed(&key);
    app.write_secret("psd2-certificate", &secret(&key.serialize_pem(), &leaf, &leaf).to_string()).await;
    app.delete_secret("tpp").await;

    let report = complete(&app).await;

    let overview = app.bank.overview().await;
    assert_eq!((&overview["psp_users"], &overview["oauth_clients"]), (&json!(2), &json!(2)), "{report}");
    app.connect("person").await;
}
