//! Secrets are nowhere in the clear, and the deliverer reads nothing that it does not need.

use serde_json::{Value, json};
use testkit::{Receiver, Reply, TestApp, logs};

use crate::fixture::{path, report};

#[tokio::test]
async fn secrets_are_in_no_table_and_in_no_log() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::status(500)]);
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    let rotated = app.post(&format!("{}/rotate-secret", path(&endpoint)), &json!({})).await.json();
    let asked = json!({ "url": receiver.url, "types": ["*"], "signature": "ed25519" });
    let asymmetric = app.ask_endpoint(&app.api_key, &asked).await.json();
    assert!(asymmetric["public_key"].as_str().unwrap().starts_with("whpk_"), "{asymmetric}");
    assert_eq!(asymmetric["secret"], Value::Null);
    app.connect("person").await;
    app.deliver().await;
    let shown = [app.get(&path(&endpoint)).await.text, app.get("/webhook-endpoints").await.text].concat();

    let stored = json!(app.scan("events").await).to_string();

    for secret in [&endpoint["secret"], &rotated["secret"]] {
        let secret = secret.as_str().unwrap();
        assert!(secret.starts_with("whsec_"));
        for text in [&stored, &shown, &logs::text()] {
            assert!(!text.contains(secret) && !text.contains("whsk_"));
        }
    }
    assert!(!logs::text().contains("secret=path"), "a URL can contain a secret");
}

#[tokio::test]
async fn a_run_uses_one_secret_and_one_table_and_not_the_bank() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.bank.forget_calls().await;
    for secret in ["tpp", "oauth-client", "sealing-key", "psd2-certificate"] {
        app.delete_secret(secret).await;
    }

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn without_the_key_nothing_is_sent_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    let key = app.read_secret("delivery-key").await;
    app.delete_secret("delivery-key").await;
    assert_eq!(app.deliver().await, report(json!({ "unsignable": 1 })));
    assert_eq!(receiver.ids().len(), 0);

    let secret = json!({ "Name": "test/delivery-key", "SecretString": key.to_string() });
    app.aws_call("secretsmanager.CreateSecret", secret).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
}
