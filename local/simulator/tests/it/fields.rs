use bunq_simulator::{DuplicateRequestIds, Need, OnGet, Settings};
use serde_json::{Value, json};

use crate::client::{Reply, bank, key, public_pem};
use crate::setup::Provider;

async fn device(provider: &Provider, body: Value) -> Reply {
    provider.bank.post("/v1/device-server", body).token(&provider.installation).send().await
}

fn descriptions(reply: &Reply) -> Vec<String> {
    let errors = reply.json()["Error"].as_array().unwrap().clone();
    errors.iter().map(|error| error["error_description"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_superfluous_field_is_named() {
    let provider = Provider::new(Settings::default()).await;

    let body = json!({"description": "tests", "secret": provider.api_key, "id": 1, "ip": "127.0.0.1"});
    let reply = device(&provider, body).await;

    assert_eq!(reply.status, 400);
    assert_eq!(descriptions(&reply), ["Superfluous field \"id\".", "Superfluous field \"ip\"."]);
}

#[tokio::test]
async fn a_field_of_another_type_is_refused() {
    let provider = Provider::new(Settings::default()).await;

    let reply = device(&provider, json!({"description": 1, "secret": "s", "permitted_ips": "*"})).await;

    assert_eq!(reply.status, 400);
    let expected = [
        "Invalid type for field \"description\" (expected STRING).",
        "Invalid type for field \"permitted_ips\" (expected ARRAY containing STRING).",
    ];
    assert_eq!(descriptions(&reply), expected);
}

#[tokio::test]
async fn a_required_field_may_not_be_missing_nor_null() {
    let provider = Provider::new(Settings::default()).await;

    let reply = device(&provider, json!({"description": null})).await;

    reply.refused_by_simulator(400, "\"description\" is required");
    assert_eq!(descriptions(&reply).len(), 2);
}

#[tokio::test]
async fn a_body_is_an_object_in_json() {
    let bank = bank().await;
    let call = |body: &'static str| bank.call("POST", "/v1/installation").body(body);
    let json = |body| call(body).header("Content-Type", "application/json; charset=utf-8").send();

    call("{}").send().await.refused_by_simulator(400, "client_public_key");
    json("[1]").await.refused_by_simulator(400, "object");
    json("{").await.refused_by_simulator(400, "object");
    json("{}").await.refused_by_simulator(400, "client_public_key");
    json("[]").await.refused_by_simulator(400, "client_public_key");
}

/// The bank's client libraries send no `Content-Type`.
#[tokio::test]
async fn a_body_needs_no_content_type_unless_a_setting_says_so() {
    let bank = bank().await;
    let body = json!({"client_public_key": public_pem(key(0))}).to_string();
    let call = || bank.call("POST", "/v1/installation").body(body.clone());

    bank.switch("settings", json!({"json_content_type": Need::Required})).await;
    call().send().await.refused_by_simulator(400, "Content-Type");
    call().header("Content-Type", "text/plain").send().await.refused_by_simulator(400, "Content-Type");
    bank.switch("settings", json!({"json_content_type": Need::Optional})).await;

    call().send().await.ok();
}

#[tokio::test]
async fn a_call_without_a_user_agent_is_refused() {
    let bank = bank().await;

    bank.post("/v1/installation", json!({})).without("User-Agent").send().await.refused_by_simulator(400, "User-Agent");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_the_banks_envelope() {
    let bank = bank().await;

    bank.get("/v1/sesame").send().await.refused_by_simulator(404, "no such endpoint");
    bank.get("/v1/user/me").send().await.refused_by_simulator(404, "no such endpoint");
    bank.get("/v1/session-server").send().await.refused_by_simulator(405, "method");
}

#[tokio::test]
async fn a_request_id_works_once() {
    let provider = Provider::new(Settings::default()).await;
    let call = || provider.call("POST", "oauth-client").json(json!({})).header("X-Bunq-Client-Request-Id", "one");

    let id = call().send().await.ok().id();
    call().send().await.refused_by_simulator(400, "used before");
    let delete = provider.bank.call("DELETE", "/v1/session/0").token(&provider.session);
    delete.header("X-Bunq-Client-Request-Id", "one").send().await.refused_by_simulator(400, "used before");
    provider.bank.switch("settings", json!({"duplicate_request_ids": DuplicateRequestIds::Ignore})).await;
    let put = provider.call("PUT", &format!("oauth-client/{id}")).json(json!({}));
    put.header("X-Bunq-Client-Request-Id", "one").send().await.ok();
}

/// Some clients sign more than the body, and send the id of the call before.
#[tokio::test]
async fn what_a_get_need_not_carry_is_ignored() {
    let provider = Provider::new(Settings::default()).await;
    let create = provider.call("POST", "oauth-client").json(json!({})).header("X-Bunq-Client-Request-Id", "one");
    create.send().await.ok();
    let get = || provider.bank.get("/v1/user").token(&provider.session).header("X-Bunq-Client-Request-Id", "one");

    for _ in 0..2 {
        let reply = get().header("X-Bunq-Client-Signature", "over other bytes").send().await.ok();
        assert_eq!(reply.header("X-Bunq-Client-Request-Id"), Some("one"));
    }

    let other = provider.bank.get("/v1/user").token(&provider.session).header("X-Bunq-Client-Request-Id", "two");
    other.send().await.ok();
    let create = provider.call("POST", "oauth-client").json(json!({"status": "?"}));
    create.header("X-Bunq-Client-Request-Id", "two").send().await.refused_by_simulator(400, "status");
}

#[tokio::test]
async fn what_a_get_need_not_carry_is_checked_where_a_setting_says_so() {
    let settings = Settings { get_signature: OnGet::Check, get_request_id: OnGet::Check, ..Settings::default() };
    let provider = Provider::new(settings).await;
    let get = |id: &str| provider.bank.get("/v1/user").token(&provider.session).header("X-Bunq-Client-Request-Id", id);

    get("one").send().await.ok();
    get("one").send().await.refused_by_simulator(400, "used before");
    get("two").signed(key(0)).send().await.ok();
    get("three").header("X-Bunq-Client-Signature", "x").send().await.refused(400, "The request signature is invalid.");
}

#[tokio::test]
async fn a_call_that_was_not_carried_out_does_not_use_up_its_request_id() {
    let provider = Provider::new(Settings::default()).await;
    let call = || provider.call("POST", "oauth-client").json(json!({})).header("X-Bunq-Client-Request-Id", "one");
    let fault = json!({"endpoint": "POST user/{}/oauth-client", "status": 429});
    provider.bank.switch("faults", fault).await;

    assert_eq!(call().send().await.status, 429);
    call().header("X-Bunq-Client-Signature", "wrong").send().await.refused(400, "The request signature is invalid.");
    call().send().await.ok();
}
