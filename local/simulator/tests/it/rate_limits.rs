use bunq_simulator::{RateLimits, Settings};
use serde_json::json;

use crate::client::{Bank, Reply, bank_with};
use crate::setup::Provider;

fn too_many(calls: u32, seconds: u32) -> String {
    format!("Too many requests. You can do a maximum of {calls} calls per {seconds} second to this endpoint.")
}

async fn classic() -> Bank {
    bank_with(Settings { rate_limits: RateLimits::Classic, ..Settings::default() }).await
}

#[tokio::test]
async fn the_fourth_get_in_three_seconds_is_refused_without_a_signature() {
    let provider = Provider::at(classic().await).await;
    let call = || provider.bank.get("/v1/user").token(&provider.session).send();
    for _ in 0..3 {
        call().await.ok();
    }

    let reply: Reply = call().await;

    reply.refused(429, &too_many(3, 3));
    assert_eq!((reply.header("X-Bunq-Server-Signature"), reply.header("Retry-After")), (None, None));
    provider.bank.get(&format!("/v1/user/{}", provider.id)).token(&provider.session).send().await.ok();
    provider.bank.switch("settings", json!({"clock_offset_seconds": 4})).await;
    call().await.ok();
}

#[tokio::test]
async fn methods_have_limits_of_their_own() {
    let bank = classic().await;
    let install = || bank.post("/v1/installation", json!({})).send();

    for _ in 0..5 {
        assert_eq!(install().await.status, 400);
    }
    install().await.refused(429, &too_many(5, 3));
    for _ in 0..2 {
        assert_eq!(bank.call("PUT", "/v1/user/1/oauth-client/1").send().await.status, 401);
    }
    bank.call("PUT", "/v1/user/1/oauth-client/2").send().await.refused(429, &too_many(2, 3));
}

#[tokio::test]
async fn a_session_is_opened_once_in_thirty_seconds_from_one_address() {
    let provider = Provider::at(classic().await).await;
    let open = || provider.bank.session(&provider.installation, &provider.api_key);

    open().send().await.refused(429, &too_many(1, 30));
    open().from("203.0.113.9").send().await.ok();
    provider.bank.switch("settings", json!({"clock_offset_seconds": 31})).await;
    open().send().await.ok();
    provider.bank.switch("settings", json!({"rate_limits": "off"})).await;
    open().send().await.ok();
}
