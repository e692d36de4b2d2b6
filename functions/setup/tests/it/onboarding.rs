//! From an empty account to a deployment that customers can connect to, and a second run of the setup.

use serde_json::{Value, json};
use shared::http::Code;
use testkit::TestApp;

use crate::support::{
    ASKED_AT_THE_BANK, assert_works, called, complete, endpoints, fresh, invoke, invoke_with, secret_texts, states,
    stored,
};

#[tokio::test]
async fn an_empty_payload_onboards_a_deployment_from_nothing() {
    let app = fresh().await;

    let report = complete(&app).await;

    let mut expected = ["now"; 9];
    expected[1] = "before"; // The certificate is there: making one takes long.
    assert_eq!(states(&report), expected);
    assert_eq!(report["environment"], "sandbox");
    assert_eq!(report["callback_url"], format!("{}callback", app.url));
    assert!(report["psp_user_id"].is_u64(), "{report}");
    assert_works(&app, "a clean run").await;
}

#[tokio::test]
async fn the_bank_is_asked_what_it_has_before_anything_is_made_that_it_allows_once() {
    let calls = endpoints().await;

    let client = "user/{user-id}/oauth-client";
    let expected = [
        "POST installation".to_owned(),
        "POST payment-service-provider-credential".to_owned(),
        "POST device-server".to_owned(),
        "POST session-server".to_owned(),
        format!("GET {client}"),
        format!("POST {client}"),
        format!("GET {client}/{{item-id}}"),
        format!("GET {client}/{{oauth-client-id}}/callback-url"),
        format!("POST {client}/{{oauth-client-id}}/callback-url"),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn the_report_holds_the_first_api_key_and_no_other_secret() {
    let app = fresh().await;

    let report = complete(&app).await;

    let key = report["api_key"].as_str().unwrap();
    let text = report.to_string();
    assert_eq!(text.matches(key).count(), 1);
    for secret in secret_texts(&app).await {
        assert!(!text.contains(&secret), "{secret} is in {text}");
        assert_ne!(secret, key);
    }
    assert_eq!(app.get_with_key("/user/00000000-0000-4000-8000-000000000000", key).await.status, 404, "it opens doors");
}

#[tokio::test]
async fn a_second_run_does_nothing() {
    let app = fresh().await;
    complete(&app).await;
    app.bank.forget_calls().await;
    let secrets = app.secrets().await;

    let report = complete(&app).await;

    assert_eq!(states(&report), ["before"; 9]);
    assert_eq!(called(&app).await, ASKED_AT_THE_BANK);
    assert_eq!(report.get("api_key"), None);
    assert_eq!(app.secrets().await, secrets);
    assert_eq!(invoke(&app, json!({ "action": "run" })).await.unwrap(), report, "`run` is the same");
}

async fn assert_status_changes_nothing(app: &TestApp) -> Value {
    app.bank.forget_calls().await;
    let before = stored(app).await;

    let status = invoke(app, json!({ "action": "status" })).await.unwrap();

    let calls = called(app).await;
    assert!(calls.is_empty() || calls == ASKED_AT_THE_BANK, "{calls:?}");
    assert_eq!(stored(app).await, before);
    assert_eq!(status.get("api_key"), None);
    status
}

#[tokio::test]
async fn the_status_before_in_the_middle_and_after_changes_nothing() {
    let app = fresh().await;

    let before = assert_status_changes_nothing(&app).await;
    app.bank.fault(json!({ "endpoint": "POST session-server", "status": 500 })).await;
    invoke(&app, json!({})).await.unwrap_err();
    let middle = assert_status_changes_nothing(&app).await;
    let report = complete(&app).await;
    let after = assert_status_changes_nothing(&app).await;

    let step = |done: &[usize]| -> Vec<_> {
        (0..9).map(|step| if done.contains(&step) { "before" } else { "missing" }).collect()
    };
    assert_eq!(states(&before), step(&[1]));
    assert_eq!((&before["onboarded"], &before["psp_user_id"]), (&json!(false), &json!(null)));
    assert_eq!(states(&middle), step(&[0, 1, 2, 3, 4]));
    assert_eq!((&middle["onboarded"], &middle["psp_user_id"]), (&json!(false), &json!(null)));
    assert_eq!(states(&after), ["before"; 9]);
    assert_eq!((&after["onboarded"], &after["psp_user_id"]), (&json!(true), &report["psp_user_id"]));
}

#[tokio::test]
async fn secrets_of_the_other_environment_are_refused_and_left_alone() {
    let app = fresh().await;
    complete(&app).await;
    app.bank.forget_calls().await;
    let before = app.secrets().await;

    let problem = invoke_with(&app, &[("BUNQ_ENVIRONMENT", "production")], json!({})).await.unwrap_err();

    assert_eq!((problem.status().as_u16(), problem.code()), (409, Code::NotOnboarded));
    assert!(problem.to_string().contains("BUNQ_ENVIRONMENT"), "{problem}");
    assert_eq!(app.bank.total().await, 0);
    assert_eq!(app.secrets().await, before);
    assert_works(&app, "a run in the other environment").await;
}

#[tokio::test]
async fn the_status_does_not_call_the_secrets_of_the_other_environment_an_onboarded_deployment() {
    let app = fresh().await;
    complete(&app).await;
    let production = [("BUNQ_ENVIRONMENT", "production")];

    let status = invoke_with(&app, &production, json!({ "action": "status" })).await;

    let onboarded = status.map(|status| status["onboarded"] == true);
    assert!(!onboarded.unwrap_or(false), "production is not onboarded: the secrets are the sandbox's");
}
