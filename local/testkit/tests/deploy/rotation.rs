//! Replacing keys: the steps of docs/OPERATIONS.md as described there, and a new onboarding from an emptied secret.

use serde_json::{Value, json};
use testkit::TestApp;

async fn connected() -> (TestApp, String) {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    (app, format!("/user/{user_id}/accounts"))
}

/// Reads in a process with empty memory, without the earlier sessions.
async fn read_anew(app: &mut TestApp, path: &str) -> u16 {
    app.forget_ephemera().await;
    app.restart().await;
    app.get(path).await.status
}

#[tokio::test]
async fn key_pair_installation_and_key_at_the_bank_are_made_anew_and_customers_notice_nothing() {
    let (mut app, accounts) = connected().await;
    let (before, client) = (app.read_secret("tpp").await, app.read_secret("oauth-client").await);

    app.write_secret("tpp", r#"{"environment":"sandbox"}"#).await;
    let report = app.setup(json!({})).await.unwrap();

    let after = app.read_secret("tpp").await;
    assert_eq!(report["onboarded"], true, "{report}");
    for part in ["/installation/private_key", "/installation/id", "/psp/api_key", "/device/id"] {
        assert_ne!(before.pointer(part), after.pointer(part), "{part}");
    }
    assert_eq!(before["psp_user_id"], after["psp_user_id"]);
    assert_eq!(client, app.read_secret("oauth-client").await);
    assert_eq!(read_anew(&mut app, &accounts).await, 200);
    app.connect("company").await;
}

#[tokio::test]
async fn the_five_steps_replace_the_sealing_key() {
    let (mut app, accounts) = connected().await;
    let old = app.read_secret("sealing-key").await["current"].clone();

    let added = app.setup(json!({ "action": "rotate_sealing_key" })).await.unwrap();
    app.advance(720).await;
    let current = app.setup(json!({ "action": "rotate_sealing_key" })).await.unwrap();
    assert_eq!(read_anew(&mut app, &accounts).await, 200);
    let resealed = app.setup(json!({ "action": "reseal" })).await.unwrap();
    app.advance(720).await;
    let status = app.setup(json!({ "action": "status" })).await.unwrap();
    app.setup(json!({ "action": "remove_sealing_key", "id": old })).await.unwrap();

    assert_eq!((&added["state"], &current["state"]), (&json!("added"), &json!("current")));
    assert_eq!(resealed["finished"], true, "{resealed}");
    assert_eq!(status["sealing"]["old"], json!([{ "id": old, "items": 0 }]));
    assert_eq!(read_anew(&mut app, &accounts).await, 200);
    app.connect("company").await;
}

#[tokio::test]
async fn a_customer_whose_sealing_key_was_lost_consents_again() {
    let (mut app, accounts) = connected().await;
    let other = json!({ "current": "k2027", "keys": { "k2027": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" } });

    app.write_secret("sealing-key", &other.to_string()).await;
    assert_ne!(read_anew(&mut app, &accounts).await, 200);
    app.connect("person").await;

    assert_eq!(read_anew(&mut app, &accounts).await, 200);
}

#[tokio::test]
async fn installation_and_certificate_are_replaced_by_one_action_each() {
    let (mut app, accounts) = connected().await;
    for action in ["rotate_installation", "renew_certificate"] {
        let before = app.read_secret("tpp").await;
        let report = app.setup(json!({ "action": action })).await.unwrap();
        assert_eq!(report["replaced"]["credential_password_ip_id"], before["psp"]["credential_id"], "{action}");
        assert_eq!(read_anew(&mut app, &accounts).await, 200, "{action}");
    }
}

#[tokio::test]
async fn an_api_key_is_replaced_without_a_gap() {
    let (mut app, accounts) = connected().await;
    let listed = app.setup(json!({ "action": "list_api_keys" })).await.unwrap();
    let old: &Value = &listed["api_keys"][0]["id"];

    let (_, new) = app.create_api_key(&["accounts"]).await;
    assert_eq!(app.get_with_key(&accounts, &new).await.status, 200);
    app.setup(json!({ "action": "revoke_api_key", "id": old })).await.unwrap();

    assert_eq!(read_anew(&mut app, &accounts).await, 401);
    assert_eq!(app.get_with_key(&accounts, &new).await.status, 200);
}
