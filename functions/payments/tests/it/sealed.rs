//! The stored data of a started payment: it is unreadable in the table, and unreadable for everyone once its customer
//! is deleted.

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    secrets::SealingSecret,
    types::{
        sealing::{Place, SealingKeys},
        secret::{SealingKey, Secret, SecretError},
    },
};
use testkit::TestApp;

use crate::fixture::{connected, draft};

/// A sealed text.
struct Opened(String);

impl Secret for Opened {
    fn parse(text: String) -> Result<Self, SecretError> {
        Ok(Self(text))
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

/// The one record of a started payment.
async fn record(app: &TestApp) -> Value {
    let items = app.scan("ephemera").await;
    let mut records = items.into_iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("IDEMPOTENCY#"));
    let (record, None) = (records.next().unwrap(), records.next()) else { panic!("one record") };
    record
}

/// The sealed key of the one connection; `None` once the connection is deleted.
async fn sealed_key(app: &TestApp) -> Option<(String, String)> {
    let items = app.scan("connections").await;
    let item = items.into_iter().find(|item| item["record_key"].is_object())?;
    Some((item["pk"]["S"].as_str()?.to_owned(), item["record_key"]["S"].as_str()?.to_owned()))
}

async fn sealing_keys(app: &TestApp) -> SealingKeys {
    let secret: SealingSecret = serde_json::from_value(app.read_secret("sealing-key").await).unwrap();
    secret.keys().unwrap()
}

#[tokio::test]
async fn an_outcome_lies_sealed_with_a_key_that_ends_with_the_connection() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let words = "Words of the bank about J. Jansen.";
    let refusal = json!({ "Error": [{ "error_description": words, "error_description_translated": words }] });
    let fault = json!({
        "endpoint": "POST user/{id}/monetary-account/{id}/draft-payment", "status": 400, "body": refusal,
    });
    app.bank.fault(fault).await;
    let refused = app.post_once(&path, "key", &draft("x")).await;
    refused.problem(422, "bank_refused");

    let record = record(&app).await;

    assert!(!record.to_string().contains("Jansen"), "{record}");
    let (pk, keys) = (record["pk"]["S"].as_str().unwrap(), sealing_keys(&app).await);
    let sealed = |attribute: &str| record[attribute]["S"].as_str().unwrap().to_owned();
    let (connection, own) = sealed_key(&app).await.unwrap();
    let own: SealingKey = keys.open(Place { item: &connection, attribute: "record_key" }, &own).unwrap();
    for attribute in ["request", "outcome"] {
        let place = Place { item: pk, attribute };
        assert!(keys.open::<Opened>(place, &sealed(attribute)).is_err(), "the deployment's keys alone");
        let moved = Place { item: "IDEMPOTENCY#another", attribute };
        assert!(keys.with_own(&own).unwrap().open::<Opened>(moved, &sealed(attribute)).is_err());
        keys.with_own(&own).unwrap().open::<Opened>(place, &sealed(attribute)).unwrap();
    }
    let replayed = app.post_once(&path, "key", &draft("x")).await;
    assert_eq!(replayed.problem(422, "bank_refused")["errors"], refused.json()["errors"]);

    let deleted = app.send(app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key)).await;

    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(sealed_key(&app).await, None);
}

#[tokio::test]
async fn a_customer_who_consents_again_keeps_what_was_started() {
    let (mut app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let first = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!(app.connect("person").await, user_id);
    app.restart().await;
    let again = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn a_key_of_a_deleted_customer_starts_nothing_for_the_next_one() {
    let (app, user_id) = connected().await;
    app.post_once(&format!("/user/{user_id}/draft-payment"), "key", &draft("x")).await;
    app.send(app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key)).await;

    let next = app.connect("person").await;
    let again = app.post_once(&format!("/user/{next}/draft-payment"), "key", &draft("x")).await;

    assert_ne!(next, user_id);
    again.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_connection_of_an_earlier_version_keeps_its_outcomes_with_the_deployments_key() {
    let (mut app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    for item in app.scan("connections").await {
        if item["record_key"].is_object() {
            let mut item = item.clone();
            item.as_object_mut().unwrap().remove("record_key");
            app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "connections", "Item": item })).await;
        }
    }
    app.restart().await;

    let first = app.post_once(&path, "key", &draft("x")).await;
    assert_eq!(app.connect("person").await, user_id);
    app.restart().await;
    let again = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!((first.status, again.status, &again.text), (201, 201, &first.text));
    assert!(sealed_key(&app).await.is_some());
}

#[tokio::test]
async fn a_process_that_could_not_read_the_secrets_for_long_reads_on_but_starts_nothing() {
    let (app, user_id) = connected().await;
    let (path, payments) = (format!("/user/{user_id}/draft-payment"), format!("/user/{user_id}/payments/60101"));
    assert_eq!(app.post_once(&path, "first", &draft("x")).await.status, 201);
    let target = "secretsmanager.GetSecretValue";
    app.aws_fault(json!({ "target": target, "times": 100_000, "error": "InternalServiceError" })).await;

    app.advance(601).await;
    let soon = app.post_once(&path, "second", &draft("y")).await;
    app.advance(61).await;
    let late = app.post_once(&path, "third", &draft("z")).await;
    let read = app.get(&payments).await;
    app.aws_recover().await;
    let again = app.post_once(&path, "third", &draft("z")).await;

    assert_eq!((soon.status, read.status, again.status), (201, 200, 201), "{soon:?} {read:?} {again:?}");
    // Another process may seal with a newer key by now.
    late.problem(503, "store_unavailable");
}
