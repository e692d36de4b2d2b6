//! The key that seals the secrets of webhook endpoints is rotated: messages stay signed with the same secrets.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::http::{Code, Problem};
use standardwebhooks::Webhook;
use testkit::{Receiver, TestApp};

use crate::support::invoke;

/// How long a new key only opens, in seconds.
const WAIT: i64 = 720;

async fn action(app: &TestApp, action: &str) -> Result<Value, Problem> {
    invoke(app, json!({ "action": action, "secret": "delivery-key" })).await
}

async fn remove(app: &TestApp, id: &str) -> Result<Value, Problem> {
    invoke(app, json!({ "action": "remove_sealing_key", "secret": "delivery-key", "id": id })).await
}

/// Adds a key and makes it the current one. Returns the ids of the old key and of the new one.
async fn rotate(app: &TestApp) -> (String, String) {
    let added = action(app, "rotate_sealing_key").await.unwrap();
    assert_eq!(added["state"], "added", "{added}");
    app.advance(WAIT).await;
    let rotated = action(app, "rotate_sealing_key").await.unwrap();
    assert_eq!((&rotated["state"], &rotated["current"]), (&json!("current"), &added["next"]["id"]), "{rotated}");
    (added["current"].as_str().unwrap().to_owned(), rotated["current"].as_str().unwrap().to_owned())
}

/// Returns the ids of the keys that seal secrets of endpoints, found without the code under test.
async fn keys_of_endpoints(app: &TestApp) -> BTreeSet<String> {
    let items = app.scan("events").await.into_iter();
    let endpoints = items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("ENDPOINTS#"));
    let sealed = endpoints.flat_map(|item| ["secret", "old_secret"].map(|name| item[name]["S"].clone()));
    sealed.filter_map(|sealed| Some(sealed.as_str()?.split_once('.')?.0.to_owned())).collect()
}

/// Two endpoints, one of which has two secrets, in two workspaces.
async fn with_endpoints() -> (TestApp, Receiver, Vec<String>) {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let first = app.create_endpoint(&receiver.url, &["*"]).await;
    let path = format!("/webhook-endpoints/{}/rotate-secret", first["id"].as_str().unwrap());
    let rotated = app.post(&path, &json!({ "keep_old_for_hours": 72 })).await.json();
    let (_, other) = app.create_api_key_in("other", &["events"]).await;
    let asked = json!({ "url": receiver.url, "types": ["*"], "signature": "ed25519" });
    assert_eq!(app.ask_endpoint(&other, &asked).await.status, 201);
    let secrets = [&first["secret"], &rotated["secret"]].map(|secret| secret.as_str().unwrap().to_owned());
    (app, receiver, secrets.to_vec())
}

#[tokio::test]
async fn messages_stay_signed_while_the_key_is_replaced_and_nothing_is_left_under_the_old_one() {
    let (app, receiver, secrets) = with_endpoints().await;
    let tables = app.read_secret("sealing-key").await;

    let (old, new) = rotate(&app).await;
    assert_eq!(keys_of_endpoints(&app).await, BTreeSet::from([old.clone()]));
    let delivery = invoke(&app, json!({ "action": "status" })).await.unwrap()["delivery"].clone();
    assert_eq!((&delivery["current"], &delivery["old"]), (&json!(new), &json!([{ "id": old, "items": 2 }])));
    let first = invoke(&app, json!({ "action": "reseal", "secret": "delivery-key", "limit": 1 })).await.unwrap();
    assert_eq!((&first["resealed"], &first["left"], &first["finished"]), (&json!(1), &json!(1), &json!(false)));
    let second = action(&app, "reseal").await.unwrap();
    assert_eq!((&second["resealed"], &second["left"], &second["finished"]), (&json!(1), &json!(0), &json!(true)));
    app.advance(WAIT).await;
    assert_eq!(remove(&app, &old).await.unwrap()["removed"], true);

    assert_eq!(keys_of_endpoints(&app).await, BTreeSet::from([new]));
    assert_eq!(app.read_secret("sealing-key").await, tables, "the other key is as it was");
    let delivery = invoke(&app, json!({ "action": "status" })).await.unwrap()["delivery"].clone();
    assert_eq!((&delivery["old"], &delivery["counted_all"]), (&json!([]), &json!(true)));
    app.connect("person").await;
    assert_eq!(app.deliver().await["delivered"], 1);
    let [message] = receiver.received().try_into().unwrap();
    let time = message.header("webhook-timestamp").parse().unwrap();
    for secret in &secrets {
        let signature = Webhook::new(secret).unwrap().sign(message.id(), time, message.text.as_bytes()).unwrap();
        assert!(message.header("webhook-signature").split(' ').any(|one| one == signature), "both secrets sign");
    }
}

#[tokio::test]
async fn a_key_that_still_seals_or_may_be_used_is_not_removed() {
    let (app, ..) = with_endpoints().await;
    let (old, new) = rotate(&app).await;

    assert_eq!(remove(&app, &old).await.unwrap_err().code(), Code::SealingKeyInUse);
    app.advance(WAIT).await;
    assert_eq!(remove(&app, &old).await.unwrap_err().code(), Code::SealingKeyInUse);
    assert_eq!(remove(&app, &new).await.unwrap_err().code(), Code::SealingKeyInUse);
    let unknown = invoke(&app, json!({ "action": "remove_sealing_key", "id": old })).await.unwrap_err();
    assert_eq!(unknown.code(), Code::InvalidRequest, "it is not a key of the tables");

    assert_eq!(app.read_secret("delivery-key").await["keys"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_that_does_not_open_is_reported_and_keeps_its_key() {
    let (app, ..) = with_endpoints().await;
    let items = app.scan("events").await.into_iter();
    let mut items = items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("ENDPOINTS#"));
    let (mut one, other) = (items.next().unwrap(), items.next().unwrap());
    // Sealed for another place.
    one["secret"] = other["secret"].clone();
    app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "events", "Item": one })).await;
    let (old, _) = rotate(&app).await;

    let report = action(&app, "reseal").await.unwrap();

    let says = ["resealed", "unreadable", "left"].map(|name| report[name].as_u64().unwrap());
    assert_eq!((says, &report["finished"]), ([1, 1, 1], &json!(false)), "{report}");
    app.advance(WAIT).await;
    assert_eq!(remove(&app, &old).await.unwrap_err().code(), Code::SealingKeyInUse);
}

#[tokio::test]
async fn only_these_secrets_have_sealing_keys() {
    let app = TestApp::start().await;
    for secret in ["tpp", "hook-key", "", "sealing"] {
        let refused = invoke(&app, json!({ "action": "rotate_sealing_key", "secret": secret })).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidRequest, "{secret}");
    }
}
