use bunq_simulator::{IpCheck, Settings};
use serde_json::{Value, json};

use crate::client::{BAD_KEY_OR_IP, Bank, Reply, bank_with};
use crate::setup::{App, Provider};

const ELSEWHERE: &str = "203.0.113.9";

/// A bank, the token of an installation, and a new API key.
async fn unbound(settings: Settings) -> (Bank, String, String) {
    let bank = bank_with(settings).await;
    let installation = bank.install(0).await;
    let body = bank.credential_body(&installation, "My App AISP");
    let reply = bank.post("/v1/payment-service-provider-credential", body).token(&installation).send().await.ok();
    let secret = reply.response(0)["CredentialPasswordIp"]["token_value"].as_str().unwrap().to_owned();
    (bank, installation, secret)
}

async fn device(bank: &Bank, installation: &str, secret: &str, permitted_ips: Value) -> Reply {
    let body = json!({"description": "tests", "secret": secret, "permitted_ips": permitted_ips});
    bank.post("/v1/device-server", body).token(installation).send().await
}

#[tokio::test]
async fn without_a_list_only_the_callers_address_is_permitted() {
    let (bank, installation, secret) = unbound(Settings::default()).await;
    device(&bank, &installation, &secret, json!([])).await.ok();

    bank.session(&installation, &secret).send().await.ok();
    bank.session(&installation, &secret).from(ELSEWHERE).send().await.refused(400, BAD_KEY_OR_IP);
}

#[tokio::test]
async fn a_list_without_the_caller_is_taken_and_the_session_is_refused() {
    let (bank, installation, secret) = unbound(Settings::default()).await;

    device(&bank, &installation, &secret, json!([ELSEWHERE])).await.ok();

    bank.session(&installation, &secret).send().await.refused(400, BAD_KEY_OR_IP);
    bank.session(&installation, &secret).from(ELSEWHERE).send().await.ok();
}

#[tokio::test]
async fn a_star_permits_every_address() {
    for list in [json!(["127.0.0.1", "*"]), json!(["*"])] {
        let (bank, installation, secret) = unbound(Settings::default()).await;
        device(&bank, &installation, &secret, list).await.ok();

        bank.session(&installation, &secret).from(ELSEWHERE).send().await.ok();
    }
}

#[tokio::test]
async fn a_lone_star_permits_the_caller_only_when_the_wildcard_is_strict() {
    for (list, status) in [(json!(["*"]), 400), (json!(["127.0.0.1", "*"]), 200)] {
        let (bank, installation, secret) = unbound(Settings { strict_wildcard: true, ..Settings::default() }).await;
        device(&bank, &installation, &secret, list).await.ok();

        assert_eq!(bank.session(&installation, &secret).from(ELSEWHERE).send().await.status, status);
    }
}

#[tokio::test]
async fn the_first_device_server_binds_the_key() {
    let (bank, installation, secret) = unbound(Settings::default()).await;
    device(&bank, &installation, &secret, json!([])).await.ok();

    device(&bank, &installation, &secret, json!(["*"])).await.ok();

    bank.session(&installation, &secret).from(ELSEWHERE).send().await.refused(400, BAD_KEY_OR_IP);
}

#[tokio::test]
async fn a_key_without_a_device_server_opens_no_session() {
    let (bank, installation, secret) = unbound(Settings::default()).await;

    bank.session(&installation, &secret).send().await.refused(400, BAD_KEY_OR_IP);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let (bank, installation, secret) = unbound(Settings::default()).await;

    let words = device(&bank, &installation, &secret, json!(["home"])).await;
    let version_6 = device(&bank, &installation, &secret, json!(["2001:db8::1"])).await;

    words.refused_by_simulator(400, "home");
    version_6.refused_by_simulator(400, "IPv4");
    bank.switch("settings", json!({"ipv6_permitted_ips": true})).await;
    device(&bank, &installation, &secret, json!(["2001:db8::1"])).await.ok();
}

#[tokio::test]
async fn every_call_of_a_session_comes_from_a_permitted_address() {
    let (bank, installation, secret) = unbound(Settings::default()).await;
    device(&bank, &installation, &secret, json!([])).await.ok();
    let reply = bank.session(&installation, &secret).send().await.ok();
    let session = reply.response(1)["Token"]["token"].as_str().unwrap().to_owned();
    let user = || bank.get("/v1/user").token(&session).from(ELSEWHERE).send();

    user().await.refused(400, BAD_KEY_OR_IP);
    bank.switch("settings", json!({"ip_check": IpCheck::Sessions})).await;
    user().await.ok();
}

#[tokio::test]
async fn a_session_lists_the_devices_of_its_user() {
    let app = App::new(Settings::default()).await;
    let customer = app.connect("person").await;
    let provider: &Provider = &app.provider;
    let get = |path: String, session: &str| provider.bank.get(&path).token(session).send();

    let list = get("/v1/device-server".to_owned(), &provider.session).await.ok();
    let device = list.response(0)["DeviceServer"].clone();
    let one = get(format!("/v1/device-server/{}", device["id"]), &provider.session).await.ok();

    assert_eq!(device["status"], "ACTIVE");
    assert_eq!(device["ip"], "127.0.0.1");
    assert_eq!(one.response(0)["DeviceServer"], device);
    assert_eq!(get("/v1/device-server".to_owned(), &customer.session).await.ok().json()["Response"], json!([]));
}
