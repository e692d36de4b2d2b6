use bunq_simulator::{DuplicateRequestIds, Settings};
use serde_json::{Value, json};

use crate::client::{Reply, bank};
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
async fn a_body_is_an_object_in_json_and_says_so() {
    let bank = bank().await;
    let call = |body: &'static str| bank.call("POST", "/v1/installation").body(body);
    let json = |body| call(body).header("Content-Type", "application/json; charset=utf-8").send();

    call("{}").send().await.refused_by_simulator(400, "Content-Type");
    json("[1]").await.refused_by_simulator(400, "object");
    json("{").await.refused_by_simulator(400, "object");
    json("{}").await.refused_by_simulator(400, "client_public_key");
    json("[]").await.refused_by_simulator(400, "client_public_key");
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
    let call = || provider.bank.get("/v1/user").token(&provider.session).header("X-Bunq-Client-Request-Id", "one");

    call().send().await.ok();
    call().send().await.refused_by_simulator(400, "used before");
    let delete = provider.bank.call("DELETE", "/v1/session/0").token(&provider.session);
    delete.header("X-Bunq-Client-Request-Id", "one").send().await.refused_by_simulator(400, "used before");
    provider.bank.switch("settings", json!({"duplicate_request_ids": DuplicateRequestIds::Ignore})).await;
    call().send().await.ok();
}

#[tokio::test]
async fn a_call_that_was_not_carried_out_does_not_use_up_its_request_id() {
    let provider = Provider::new(Settings::default()).await;
    let call = || provider.bank.get("/v1/user").token(&provider.session).header("X-Bunq-Client-Request-Id", "one");
    provider.bank.switch("faults", json!({"endpoint": "GET user", "status": 429})).await;

    assert_eq!(call().send().await.status, 429);
    call().header("X-Bunq-Client-Signature", "wrong").send().await.refused(400, "The request signature is invalid.");
    call().send().await.ok();
}
