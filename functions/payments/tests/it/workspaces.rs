//! Idempotency keys belong to a workspace: all of its API keys share them, and no other workspace does.

use serde_json::json;
use testkit::JsonBody as _;

use crate::fixture::{connected, draft};

#[tokio::test]
async fn an_idempotency_key_belongs_to_the_workspace_and_outlives_the_api_key() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let (old_id, old) = app.create_api_key(&["payments"]).await;
    let (_, new) = app.create_api_key(&["payments"]).await;
    let post = async |path: &str, key: &str, body: &serde_json::Value| {
        let request = app.request(reqwest::Method::POST, path).bearer_auth(key).header("Idempotency-Key", "invoice-17");
        app.send(request.json_body(body)).await
    };
    let first = post(&path, &old, &draft("rent")).await;
    assert_eq!(first.status, 201, "{first:?}");
    app.setup(json!({ "action": "revoke_api_key", "id": old_id })).await.unwrap();

    let again = post(&path, &new, &draft("rent")).await;
    assert_eq!((again.status, &again.text), (201, &first.text), "the payment that the replaced key started");
    assert_eq!(again.header("idempotency-replayed"), "true");
    post(&path, &new, &draft("other")).await.problem(422, "idempotency_key_reused");

    let (_, shop) = app.create_api_key_in("shop", &["payments", "accounts"]).await;
    let company = app.connect_in("shop", "company").await;
    let accounts = app.get_with_key(&format!("/user/{company}/accounts"), &shop).await.json();
    let account = accounts["Response"][0].as_object().unwrap().values().next().unwrap()["id"].clone();
    let mut body = draft("rent");
    body["monetary_account_id"] = account;
    let other = post(&format!("/user/{company}/draft-payment"), &shop, &body).await;
    assert_eq!((other.status, other.header("idempotency-replayed")), (201, ""), "{other:?}");
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().map(Vec::len), Some(2));
}
