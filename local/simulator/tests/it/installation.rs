use bunq_simulator::Settings;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;
use serde_json::{Value, json};

use crate::client::{Bank, Reply, bank, key, public_pem};
use crate::setup::Provider;

async fn install(bank: &Bank, pem: &str) -> Reply {
    bank.post("/v1/installation", json!({"client_public_key": pem})).send().await
}

fn one_line(pem: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    format!("-----BEGIN PUBLIC KEY-----{body}-----END PUBLIC KEY-----")
}

#[tokio::test]
async fn an_installation_is_answered_with_id_token_and_server_key_in_this_order() {
    let bank = bank().await;

    let reply = install(&bank, &public_pem(key(0))).await.ok();

    let all = reply.json();
    let names: Vec<&String> =
        all["Response"].as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap().keys()).collect();
    assert_eq!(names, ["Id", "Token", "ServerPublicKey"]);
    let token = reply.response(1)["Token"]["token"].as_str().unwrap().to_owned();
    assert!(token.len() == 64 && token.chars().all(|character| matches!(character, '0'..='9' | 'a'..='f')));
    let server_key = reply.response(2)["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned();
    assert!(reply.is_signed_by(&server_key));
    let created = reply.response(1)["Token"]["created"].as_str().unwrap().to_owned();
    assert_eq!((created.len(), &created[10..11], &created[19..20]), (26, " ", "."));
}

#[tokio::test]
async fn a_public_key_may_be_on_one_line() {
    let bank = bank().await;

    install(&bank, &one_line(&public_pem(key(0)))).await.ok();
}

#[tokio::test]
async fn a_public_key_makes_one_installation_however_it_is_written() {
    let bank = bank().await;
    install(&bank, &public_pem(key(0))).await.ok();

    let second = install(&bank, &one_line(&public_pem(key(0)))).await;

    second.refused_by_simulator(400, "another installation");
    assert_eq!(bank.overview("installations").await, 1);
}

#[tokio::test]
async fn only_spki_rsa_keys_of_2048_bits_are_installation_keys() {
    let bank = bank().await;
    let short = RsaPrivateKey::new(&mut OsRng, 1024).unwrap().to_public_key();
    let others = [
        short.to_public_key_pem(LineEnding::LF).unwrap(),
        key(0).to_public_key().to_pkcs1_pem(LineEnding::LF).unwrap(),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".to_owned(),
        format!("{}{}", public_pem(key(0)), public_pem(key(1))),
        "a key".to_owned(),
    ];

    for pem in others {
        install(&bank, &pem).await.refused(400, "Client Public Key Invalid");
    }
}

#[tokio::test]
async fn a_signature_on_an_installation_is_not_looked_at() {
    let bank = bank().await;
    let body = json!({"client_public_key": public_pem(key(0))});

    bank.post("/v1/installation", body).header("X-Bunq-Client-Signature", "nonsense").send().await.ok();
}

#[tokio::test]
async fn installations_share_a_server_key_unless_each_is_to_have_its_own() {
    let bank = bank().await;
    let server_key = |reply: Reply| reply.response(2)["ServerPublicKey"]["server_public_key"].clone();
    let first = server_key(install(&bank, &public_pem(key(0))).await);
    assert_eq!(server_key(install(&bank, &public_pem(key(1))).await), first);

    bank.switch("settings", json!({"server_key_per_installation": true})).await;
    let reply = install(&bank, &public_pem(key(2))).await;

    let own = reply.response(2)["ServerPublicKey"]["server_public_key"].clone();
    assert_ne!(own, first);
    assert!(reply.is_signed_by(own.as_str().unwrap()));
}

#[tokio::test]
async fn a_session_shows_its_own_installation_and_no_other() {
    let provider = Provider::new(Settings::default()).await;
    let get = |path: String| provider.bank.get(&path).token(&provider.session).send();

    let list = get("/v1/installation".to_owned()).await.ok();
    let id = list.id();
    let one = get(format!("/v1/installation/{id}")).await.ok();
    let server_key = get(format!("/v1/installation/{id}/server-public-key")).await.ok();
    let other = get(format!("/v1/installation/{}", id + 1)).await;

    assert_eq!(one.id(), id);
    assert_eq!(list.json()["Pagination"]["older_url"], Value::Null);
    let pem = server_key.response(0)["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned();
    assert!(one.is_signed_by(&pem) && other.is_signed_by(&pem));
    other.refused(404, &format!("Installation for id \"{}\" not found.", id + 1));
}
