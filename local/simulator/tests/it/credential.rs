use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::{BAD_KEY_OR_IP, Bank, Reply, bank, certificate, key, public_pem, sign};
use crate::setup::Provider;

const PATH: &str = "/v1/payment-service-provider-credential";

async fn register(bank: &Bank, installation: &str, body: Value) -> Reply {
    bank.post(PATH, body).token(installation).send().await
}

#[tokio::test]
async fn a_certificate_becomes_a_key_that_waits_for_its_first_use() {
    let bank = bank().await;
    let installation = bank.install(0).await;

    let body = bank.credential_body(&installation, "My App PISP AISP");
    let reply = register(&bank, &installation, body).await.ok();

    let credential = reply.response(0)["CredentialPasswordIp"].clone();
    assert_eq!(credential["status"], "PENDING_FIRST_USE");
    assert_eq!(credential["permitted_device"], Value::Null);
    assert_eq!(credential["token_value"].as_str().unwrap().len(), 64);
    assert_ne!(credential["expiry_time"], credential["created"]);
}

#[tokio::test]
async fn a_key_that_was_posted_on_one_line_is_signed_in_its_wrapped_form() {
    let bank = bank().await;
    let wrapped = public_pem(key(0));
    let body: String = wrapped.lines().filter(|line| !line.starts_with("-----")).collect();
    let posted = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----");
    let reply = bank.post("/v1/installation", json!({"client_public_key": posted})).send().await.ok();
    let installation = reply.response(1)["Token"]["token"].as_str().unwrap().to_owned();

    let good = bank.credential_body(&installation, "My App PISP AISP");
    let mut unwrapped = good.clone();
    unwrapped["client_public_key_signature"] = json!(sign(key(2), format!("{posted}{installation}").as_bytes()));

    register(&bank, &installation, unwrapped).await.refused_by_simulator(400, "client_public_key_signature");
    register(&bank, &installation, good).await.ok();
}

#[tokio::test]
async fn a_line_feed_behind_the_token_or_another_key_spoils_the_signature() {
    let bank = bank().await;
    let installation = bank.install(0).await;
    let signed = format!("{}{installation}", public_pem(key(0)));
    let mut body = bank.credential_body(&installation, "My App PISP AISP");

    for signature in [sign(key(2), format!("{signed}\n").as_bytes()), sign(key(0), signed.as_bytes())] {
        body["client_public_key_signature"] = json!(signature);
        register(&bank, &installation, body.clone()).await.refused_by_simulator(400, "client_public_key_signature");
    }
    assert_eq!(bank.overview("psp_users").await, 0);
}

#[tokio::test]
async fn a_certificate_needs_a_role_and_a_name_of_at_most_64_characters() {
    let bank = bank().await;
    let installation = bank.install(0).await;
    let long = format!("{} PISP", "x".repeat(60));
    let mut no_chain = bank.credential_body(&installation, "My App AISP");
    no_chain["client_payment_service_provider_certificate_chain"] = json!("none");

    for (body, words) in [
        (bank.credential_body(&installation, "My App"), "roles"),
        (bank.credential_body(&installation, "My PAISPLEY App"), "roles"),
        (bank.credential_body(&installation, &long), "64"),
        (no_chain, "chain"),
    ] {
        register(&bank, &installation, body).await.refused_by_simulator(400, words);
    }
}

#[tokio::test]
async fn the_body_of_a_certificate_may_be_on_one_line() {
    let bank = bank().await;
    let installation = bank.install(0).await;
    let body: String = certificate("My App AISP").lines().filter(|line| !line.starts_with("-----")).collect();
    let mut request = bank.credential_body(&installation, "My App AISP");
    request["client_payment_service_provider_certificate"] =
        json!(format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"));

    register(&bank, &installation, request).await.ok();
}

#[tokio::test]
async fn one_distinguished_name_is_one_user_and_another_is_another() {
    let bank = bank().await;
    let installation = bank.install(0).await;

    for name in ["One AISP", "One AISP", "Two AISP"] {
        let body = bank.credential_body(&installation, name);
        register(&bank, &installation, body).await.ok();
    }

    assert_eq!(bank.overview("psp_credentials").await, 3);
    assert_eq!(bank.overview("psp_users").await, 2);
}

#[tokio::test]
async fn a_key_shows_its_secret_until_it_was_used() {
    let provider = Provider::new(Settings::default()).await;
    let body = provider.bank.credential_body(&provider.installation, "Tests AISP PISP");
    let fresh = register(&provider.bank, &provider.installation, body).await.ok().response(0);
    let find = |id: u64| provider.bank.get(&format!("{PATH}/{id}")).token(&provider.session).send();

    let waiting = find(fresh["CredentialPasswordIp"]["id"].as_u64().unwrap()).await.ok().response(0);
    // The first API key has the id after that of its user.
    let used = find(provider.id + 1).await.ok().response(0)["CredentialPasswordIp"].clone();

    assert_eq!(waiting, fresh);
    assert_eq!(
        (&used["status"], &used["token_value"], &used["expiry_time"]),
        (&json!("ACTIVE"), &Value::Null, &Value::Null)
    );
    assert_eq!(used["permitted_device"], json!({"description": "tests", "ip": "*"}));
}

#[tokio::test]
async fn a_key_that_was_not_used_for_an_hour_is_worth_nothing() {
    let bank = bank().await;
    let installation = bank.install(0).await;
    let body = bank.credential_body(&installation, "My App AISP");
    let reply = register(&bank, &installation, body).await.ok().response(0);
    let secret = reply["CredentialPasswordIp"]["token_value"].as_str().unwrap().to_owned();
    let device = || {
        let body = json!({"description": "tests", "secret": secret});
        bank.post("/v1/device-server", body).token(&installation).send()
    };

    bank.switch("settings", json!({"clock_offset_seconds": 3_590})).await;
    device().await.ok();
    bank.switch("settings", json!({"clock_offset_seconds": 3_610})).await;
    device().await.refused(400, BAD_KEY_OR_IP);
    bank.session(&installation, &secret).send().await.refused(400, BAD_KEY_OR_IP);
}
