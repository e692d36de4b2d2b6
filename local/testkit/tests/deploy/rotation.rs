//! The steps of docs/OPERATIONS.md for rotating keys, executed as described there.

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
async fn a_sealing_key_is_added_then_used_and_the_old_one_stays_for_as_long_as_it_sealed_something() {
    let (mut app, accounts) = connected().await;
    let old = app.read_secret("sealing-key").await;
    let old_id = old["current"].as_str().unwrap().to_owned();
    let sealed_with = async |app: &TestApp, path: &str| {
        let user = path.split('/').nth(2).unwrap().to_owned();
        let items = app.scan("connections").await;
        let item = items.iter().find(|item| item["pk"]["S"] == format!("USER#{user}")).unwrap().clone();
        item["access_token"]["S"].as_str().unwrap().split('.').next().unwrap().to_owned()
    };

    // The new key is added first, so that every process knows it before anything is sealed with it.
    let mut keys = old.clone();
    keys["keys"]["k2027"] = json!("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    app.write_secret("sealing-key", &keys.to_string()).await;
    assert_eq!(read_anew(&mut app, &accounts).await, 200);
    keys["current"] = json!("k2027");
    app.write_secret("sealing-key", &keys.to_string()).await;

    assert_eq!(read_anew(&mut app, &accounts).await, 200);
    assert_eq!(sealed_with(&app, &accounts).await, old_id);
    let user_id = app.connect("company").await;
    let other = format!("/user/{user_id}/accounts");
    assert_eq!(sealed_with(&app, &other).await, "k2027");

    // A customer who consents again is sealed with the new key. A customer who did not is lost with the old key.
    let without_old = json!({ "current": "k2027", "keys": { "k2027": keys["keys"]["k2027"] } });
    app.write_secret("sealing-key", &without_old.to_string()).await;
    assert_eq!(read_anew(&mut app, &other).await, 200);
    assert_ne!(app.get(&accounts).await.status, 200);
    app.connect("person").await;
    assert_eq!(read_anew(&mut app, &accounts).await, 200);
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
