use bunq_simulator::{RefusalStatus, Settings};
use serde_json::json;

use crate::client::{BAD_KEY_OR_IP, Reply};
use crate::setup::App;

fn refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(reply.json()["error"], error);
    assert_eq!(reply.header("X-Bunq-Server-Signature"), None);
}

fn invalid_grant(reply: &Reply) {
    refused(reply, 401, "invalid_grant");
    assert_eq!(reply.json()["error_description"], "The authorization code is invalid or expired.");
}

#[tokio::test]
async fn a_code_becomes_an_access_token_once() {
    let app = App::new(Settings::default()).await;
    let code = app.code("person").await;

    let first = app.exchange(&code, &[]).await.ok().json();
    let second = app.exchange(&code, &[]).await;

    assert_eq!((&first["token_type"], &first["state"]), (&json!("bearer"), &json!("s")));
    assert_eq!(first["access_token"].as_str().unwrap().len(), 64);
    assert_eq!(first.as_object().unwrap().len(), 3);
    invalid_grant(&second);
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri_and_lives_ten_minutes() {
    let app = App::new(Settings::default()).await;
    let code = app.code("person").await;
    let clock = |seconds: i64| app.bank().switch("settings", json!({"clock_offset_seconds": seconds}));

    invalid_grant(&app.exchange(&code, &[("redirect_uri", "https://app.example/")]).await);
    invalid_grant(&app.exchange(&"0".repeat(64), &[]).await);
    clock(605).await;
    invalid_grant(&app.exchange(&code, &[]).await);
    clock(590).await;
    app.exchange(&code, &[]).await.ok();
}

#[tokio::test]
async fn what_else_is_wrong_is_told_in_the_words_of_oauth() {
    let app = App::new(Settings { invalid_grant_status: RefusalStatus::BadRequest, ..Settings::default() }).await;
    let code = app.code("person").await;

    refused(&app.exchange(&code, &[("client_secret", "wrong")]).await, 401, "invalid_client");
    refused(&app.exchange(&code, &[("client_id", "wrong")]).await, 401, "invalid_client");
    refused(&app.exchange(&code, &[("grant_type", "password")]).await, 400, "unsupported_grant_type");
    refused(&app.exchange(&code, &[("redirect_uri", "")]).await, 400, "invalid_request");
    refused(&app.exchange("wrong", &[]).await, 400, "invalid_grant");
    app.exchange(&code, &[]).await.ok();
}

#[tokio::test]
async fn parameters_in_the_body_are_not_read() {
    let app = App::new(Settings::default()).await;
    let code = app.code("person").await;

    let body = format!("grant_type=authorization_code&code={code}");
    let call = app.bank().call("POST", "/v1/token").header("Content-Type", "application/x-www-form-urlencoded");

    refused(&call.body(body).send().await, 400, "invalid_request");
}

#[tokio::test]
async fn a_new_consent_is_a_new_token_for_the_same_user() {
    let app = App::new(Settings::default()).await;

    let first = app.connect("person").await;
    let second = app.connect("person").await;

    assert_ne!(first.access_token, second.access_token);
    assert_eq!(first.id, second.id);
    assert_eq!(app.bank().overview("access_tokens").await, 2);
    app.bank().get("/v1/user").token(&first.session).send().await.ok();
}

#[tokio::test]
async fn a_new_consent_makes_a_new_user_or_ends_the_old_one_when_so_set() {
    let app = App::new(Settings { fresh_api_key_id: true, reconsent_revokes: true, ..Settings::default() }).await;

    let first = app.connect("person").await;
    let second = app.connect("person").await;

    assert_ne!(first.id, second.id);
    assert_eq!(first.user["granted_by_user"], second.user["granted_by_user"]);
    app.bank().session(&app.provider.installation, &first.access_token).send().await.refused(400, BAD_KEY_OR_IP);
}
