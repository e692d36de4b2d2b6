use bunq_simulator::Settings;
use serde_json::json;

use crate::client::{BAD_KEY_OR_IP, Bank, bank};
use crate::setup::Provider;

async fn seen(bank: &Bank) -> String {
    let reply = bank.get("/_simulator/egress-ip").send().await.ok();
    assert_eq!(reply.header("Content-Type"), Some("text/plain; charset=utf-8"));
    reply.text
}

#[tokio::test]
async fn a_caller_learns_the_address_it_is_seen_at() {
    let bank = bank().await;

    assert_eq!(seen(&bank).await, "127.0.0.1\n");
    let other = bank.get("/_simulator/egress-ip").from("203.0.113.9").send().await.ok();
    assert_eq!(other.text, "203.0.113.9\n");

    bank.switch("settings", json!({"egress_ip": "198.51.100.7"})).await;
    assert_eq!(seen(&bank).await, "198.51.100.7\n");
    let other = bank.get("/_simulator/egress-ip").from("203.0.113.9").send().await.ok();
    assert_eq!(other.text, "203.0.113.9\n");
    bank.switch("settings", json!({"egress_ip": null})).await;
    assert_eq!(seen(&bank).await, "127.0.0.1\n");
    assert_eq!(bank.post("/_simulator/settings", json!({"egress_ip": "home"})).send().await.status, 400);
}

#[tokio::test]
async fn a_network_with_another_address_is_another_caller() {
    let settings = Settings { egress_ip: Some("198.51.100.7".parse().unwrap()), ..Settings::default() };
    let provider = Provider::permitted(crate::client::bank_with(settings).await, json!([])).await;
    let list = provider.get("credential-password-ip").await.ok().response(0);
    assert_eq!(list["CredentialPasswordIp"]["permitted_device"]["ip"], "198.51.100.7");

    provider.bank.switch("settings", json!({"egress_ip": "198.51.100.8"})).await;

    provider.get("credential-password-ip").await.refused(400, BAD_KEY_OR_IP);
    let calls = provider.bank.get("/_simulator/calls").send().await.json();
    assert_eq!(calls["calls"].as_array().unwrap().last().unwrap()["ip"], "198.51.100.8");
}
