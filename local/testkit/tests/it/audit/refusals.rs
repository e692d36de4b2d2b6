//! Requests that are rejected, that fail, or whose outcome is unknown.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestApp, logs};

use super::{draft, key_id, lines, one};
use crate::operations::operations;

#[tokio::test]
async fn a_key_without_the_scope_is_named_in_the_line_of_what_it_was_refused() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for operation in operations(&user_id) {
        let Some(scope) = &operation.scope else { continue };
        let other = if scope == "psd2" { "payments" } else { "psd2" };
        let (id, key) = app.create_api_key(&[other]).await;
        let answer = app.send(app.request(operation.method.clone(), &operation.path).bearer_auth(&key)).await;
        answer.problem(403, "scope_missing");
        let line = one(&answer);
        assert_eq!((&line["outcome"], &line["code"]), (&json!("refused"), &json!("scope_missing")), "{line}");
        assert_eq!(line["api_key_id"], id.as_str(), "{line}");
        if operation.route.contains("{user_id}") {
            assert_eq!(line["user_id"], user_id.as_str(), "whose data it was refused: {line}");
        }
    }
}

#[tokio::test]
async fn a_customer_who_is_not_connected_is_named_in_the_line() {
    let app = TestApp::start().await;
    let nobody = "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";
    let line = one(&app.get(&format!("/user/{nobody}/accounts")).await);
    assert_eq!((&line["outcome"], &line["code"]), (&json!("refused"), &json!("user_not_found")), "{line}");
    assert_eq!((&line["api_key_id"], &line["user_id"]), (&key_id(&app).await, &json!(nobody)), "{line}");

    // A value that is not one of our ids is a caller's text, and is not logged.
    let line = one(&app.get("/user/J.%20Jansen/accounts").await);
    assert_eq!((&line["code"], &line["user_id"]), (&json!("invalid_request"), &Value::Null), "{line}");
    assert!(!line.to_string().contains("Jansen"), "{line}");
}

#[tokio::test]
async fn a_key_that_does_not_exist_leaves_a_line_without_an_id_and_a_revoked_key_one_with_it() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let path = format!("/user/{user_id}");
    for (key, code) in
        [(None, "api_key_missing"), (Some("tpp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "api_key_invalid")]
    {
        let request = app.request(Method::DELETE, &path);
        let line = one(&app.send(key.into_iter().fold(request, |request, key| request.bearer_auth(key))).await);
        assert_eq!((&line["outcome"], &line["code"]), (&json!("refused"), &json!(code)), "{line}");
        assert_eq!((&line["action"], &line["api_key_id"]), (&json!("delete_user"), &Value::Null), "{line}");
    }
    let (id, revoked) = app.create_api_key(&["connections"]).await;
    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    let line = one(&app.send(app.request(Method::DELETE, &path).bearer_auth(&revoked)).await);
    assert_eq!((&line["code"], &line["api_key_id"]), (&json!("api_key_invalid"), &json!(id)), "{line}");
}

#[tokio::test]
async fn what_may_have_taken_effect_is_called_unknown_and_what_did_not_is_called_failed() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let drafted = app.post(&format!("/user/{user_id}/draft-payment"), &draft()).await;
    let id = &drafted.json()["Response"][0]["Id"]["id"];
    let path = format!("/user/{user_id}/monetary-account/60101/draft-payment/{id}");

    let fault = |endpoint: &str| json!({ "endpoint": endpoint, "status": 500, "times": 100 });
    app.bank.fault(fault("PUT user/{user-id}/monetary-account/{monetary-accountID}/draft-payment/{itemId}")).await;
    app.bank.fault(fault("GET user/{user-id}/monetary-account")).await;
    let cancelled = one(&app.put(&path, &json!({ "status": "CANCELLED" })).await);
    assert_eq!((&cancelled["outcome"], &cancelled["code"]), (&json!("unknown"), &json!("bank_unavailable")));
    assert_eq!(cancelled["object_id"].as_str(), Some(id.to_string().as_str()), "{cancelled}");
    let read = one(&app.get(&format!("/user/{user_id}/accounts")).await);
    assert_eq!((&read["outcome"], &read["code"]), (&json!("failed"), &json!("bank_unavailable")), "{read}");
    app.bank.clear_faults().await;

    let unread = one(&app.post(&format!("/user/{user_id}/draft-payment"), &json!({})).await);
    assert_eq!((&unread["outcome"], &unread["code"]), (&json!("refused"), &json!("invalid_request")), "{unread}");
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_a_line_all_the_same() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let path = format!("/user/{user_id}/accounts");
    app.bank.fault(json!({ "endpoint": "GET user/{user-id}/monetary-account", "delay_ms": 1_000 })).await;

    let request = app.request(Method::GET, &path).bearer_auth(&app.api_key);
    let waiting = tokio::spawn(request.send());
    while app.bank.count("GET user/{user-id}/monetary-account").await == 0 {}
    waiting.abort();
    let _ = waiting.await;

    let written =
        || lines().into_iter().find(|line| line["action"] == "list_accounts" && line["user_id"] == user_id.as_str());
    let line = loop {
        match written() {
            Some(line) => break line,
            // Waits as long as an answer of the bank takes.
            None => app.bank.total().await,
        };
    };
    assert_eq!(line["outcome"], "done", "{line}");
}
