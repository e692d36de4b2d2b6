use std::fs;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bunq_simulator::{Need, RefusalStatus, Settings};
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::json;

use crate::client::{Reply, key, sign};
use crate::setup::Provider;

const WRONG: &str = "The request signature is invalid.";
const MISSING: &str = "For this operation a request signature is required. Check the urls for more information.";

pub(crate) async fn server_key(provider: &Provider) -> String {
    let id = provider.bank.get("/v1/installation").token(&provider.session).send().await.id();
    let path = format!("/v1/installation/{id}/server-public-key");
    let reply: Reply = provider.bank.get(&path).token(&provider.session).send().await.ok();
    reply.response(0)["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unsigned_session_is_refused_with_466() {
    let provider = Provider::new(Settings::default()).await;

    let call = provider.bank.session(&provider.installation, &provider.api_key).without("X-Bunq-Client-Signature");
    let reply = call.send().await;

    reply.refused(466, MISSING);
    let links = reply.json()["Error"][0]["error_additional_parameter"].clone();
    assert_eq!(links, json!([{"url_together_post": "https://together.bunq.com/d/15399"}]));
}

#[tokio::test]
async fn a_signature_by_another_key_or_of_another_body_is_refused() {
    let provider = Provider::new(Settings::default()).await;
    let call = || provider.bank.session(&provider.installation, &provider.api_key);

    call().signed(key(1)).send().await.refused(400, WRONG);
    call().header("X-Bunq-Client-Signature", sign(key(0), b"{}")).send().await.refused(400, WRONG);
    call().header("X-Bunq-Client-Signature", "no base64!").send().await.refused(400, WRONG);
    provider.bank.switch("settings", json!({"bad_signature_status": 401})).await;
    call().signed(key(1)).send().await.refused(401, WRONG);
}

#[tokio::test]
async fn a_wrong_signature_is_refused_where_none_is_needed() {
    let provider =
        Provider::new(Settings { bad_signature_status: RefusalStatus::BadRequest, ..Settings::default() }).await;
    let call = || provider.call("POST", "oauth-client").json(json!({}));

    call().signed(key(1)).send().await.refused(400, WRONG);
    call().signed(key(0)).send().await.ok();
}

#[tokio::test]
async fn device_server_wants_a_signature_when_so_set() {
    let provider = Provider::new(Settings::default()).await;
    let body = json!({"description": "tests", "secret": provider.api_key});
    let call = || provider.bank.post("/v1/device-server", body.clone()).token(&provider.installation);
    call().send().await.ok();

    provider.bank.switch("settings", json!({"device_server_signature": Need::Required})).await;

    call().send().await.refused(466, MISSING);
    call().signed(key(0)).send().await.ok();
}

#[tokio::test]
async fn answers_are_signed_over_the_raw_body_and_so_are_refusals() {
    let provider = Provider::new(Settings::default()).await;
    let server_key = server_key(&provider).await;

    let good = provider.bank.get("/v1/user").token(&provider.session).send().await.ok();
    let lost = provider.bank.get("/v1/user/1").token(&provider.session).send().await;
    let unknown = provider.bank.get("/v1/nothing").token(&provider.session).send().await;

    assert!(good.is_signed_by(&server_key));
    assert!(lost.status == 404 && lost.is_signed_by(&server_key));
    assert!(unknown.status == 404 && unknown.is_signed_by(&server_key));
    provider.bank.switch("settings", json!({"sign_errors": false})).await;
    let lost = provider.bank.get("/v1/user/1").token(&provider.session).send().await;
    assert_eq!(lost.header("X-Bunq-Server-Signature"), None);
}

#[tokio::test]
async fn answers_carry_an_id_of_their_own_and_echo_the_callers() {
    let provider = Provider::new(Settings::default()).await;
    let call = || provider.bank.get("/v1/user").token(&provider.session);

    let with = call().header("X-Bunq-Client-Request-Id", "mine").send().await.ok();
    let without = call().send().await.ok();

    assert_eq!(with.header("X-Bunq-Client-Request-Id"), Some("mine"));
    assert_eq!(without.header("X-Bunq-Client-Request-Id"), None);
    let id = |reply: &Reply| reply.header("X-Bunq-Client-Response-Id").unwrap().parse::<uuid::Uuid>().unwrap();
    assert_ne!(id(&with), id(&without));
}

#[tokio::test]
async fn openssl_and_the_bank_understand_each_other() {
    if Command::new("openssl").arg("version").output().is_err() {
        return;
    }
    let provider = Provider::new(Settings::default()).await;
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let body = json!({"secret": provider.api_key}).to_string();
    fs::write(file("body"), &body).unwrap();
    fs::write(file("private"), key(0).to_pkcs8_pem(LineEnding::LF).unwrap()).unwrap();

    let signed =
        Command::new("openssl").args(["dgst", "-sha256", "-sign"]).arg(file("private")).arg(file("body")).output();
    let call = provider.bank.call("POST", "/v1/session-server").token(&provider.installation).body(body);
    let call = call.header("Content-Type", "application/json");
    let reply = call.header("X-Bunq-Client-Signature", STANDARD.encode(signed.unwrap().stdout)).send().await.ok();

    fs::write(file("public"), server_key(&provider).await).unwrap();
    fs::write(file("answer"), &reply.text).unwrap();
    fs::write(file("signature"), STANDARD.decode(reply.header("X-Bunq-Server-Signature").unwrap()).unwrap()).unwrap();
    let verified = Command::new("openssl")
        .args(["dgst", "-sha256", "-verify"])
        .arg(file("public"))
        .arg("-signature")
        .args([file("signature"), file("answer")])
        .output();
    assert_eq!(String::from_utf8_lossy(&verified.unwrap().stdout).trim(), "Verified OK");
}
