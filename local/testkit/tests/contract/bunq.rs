//! Compares our operations at the bank with bunq's own OpenAPI document. `extract.py` copies the compared parts to
//! `bunq.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::TestApp;

use crate::{
    calls::{every_call, without_names},
    document::{document, follow},
};

/// Differences between our calls and schemas and bunq's document, and why each is right.
const DIFFERENCES: &[(&str, &str)] = &[
    ("Alias.routing_code", "recorded for accounts at other banks"),
    ("Alias.routing_code_type", "the same"),
    (
        "DraftPayment.created",
        "bunq names its times nowhere; `previous_updated_timestamp` is compared with `updated`, so they are there",
    ),
    ("DraftPayment.updated", "the same"),
    ("Geolocation.altitude is number, not integer", FRACTION),
    ("Geolocation.latitude is number, not integer", FRACTION),
    ("Geolocation.longitude is number, not integer", FRACTION),
    ("Geolocation.radius is number, not integer", FRACTION),
    ("Image.urls", "recorded since 2022"),
    (
        "GET payment-service-provider-issuer-transaction-public/{}: no such operation",
        "bunq's pages and newer libraries have it, here or below the user: see ISSUER_TRANSACTION_PUBLIC_PATH",
    ),
    ("GET user/{}/payment-service-provider-issuer-transaction-public/{}: no such operation", "the same"),
    ("MonetaryAccountExternalSavings.savings_goal_progress is number, not integer", FRACTION),
    ("MonetaryAccountSavings.savings_goal_progress is number, not integer", FRACTION),
    ("POST user/{}/monetary-account/{}/draft-payment: entries: counterparty_alias: sends name", POINTER),
    ("POST user/{}/monetary-account/{}/draft-payment: entries: counterparty_alias: sends type", POINTER),
    ("POST user/{}/monetary-account/{}/draft-payment: entries: counterparty_alias: sends value", POINTER),
    ("POST user/{}/monetary-account/{}/request-inquiry: counterparty_alias: sends name", POINTER),
    ("POST user/{}/monetary-account/{}/request-inquiry: counterparty_alias: sends type", POINTER),
    ("POST user/{}/monetary-account/{}/request-inquiry: counterparty_alias: sends value", POINTER),
    ("POST user/{}/notification-filter-url: notification_filters: sends all_verification_type", FILTER),
    ("POST user/{}/notification-filter-url: notification_filters: sends category", FILTER),
    ("POST user/{}/notification-filter-url: notification_filters: sends notification_target", FILTER),
    ("PUT user/{}/credential-password-ip/{}/ip/{}: does not send ip", CHANGE),
    ("PUT user/{}/monetary-account/{}/draft-payment/{}: does not send entries", CHANGE),
    ("PUT user/{}/monetary-account/{}/draft-payment/{}: does not send number_of_required_accepts", CHANGE),
    ("PUT user/{}/monetary-account/{}/request-inquiry/{}: does not send allow_bunqme", CHANGE),
    ("PUT user/{}/payment-service-provider-issuer-transaction/{}: does not send amount", CHANGE),
    ("PUT user/{}/payment-service-provider-issuer-transaction/{}: does not send counterparty_alias", CHANGE),
    ("PUT user/{}/payment-service-provider-issuer-transaction/{}: does not send description", CHANGE),
    ("PUT user/{}/payment-service-provider-issuer-transaction/{}: does not send url_redirect", CHANGE),
    ("PermittedIp.created", RECORDED),
    ("PermittedIp.id", RECORDED),
    ("PermittedIp.updated", RECORDED),
    (
        "RequestInquiry.attachment is Attachment[], not Id[]",
        "bunq describes what is sent; what comes back also names the account",
    ),
    (
        "RequestInquiry.user_alias_created is LabelMonetaryAccount, not LabelUser",
        "recorded with the fields of an account's label",
    ),
];

const POINTER: &str = "a counterparty goes in as a pointer and comes out as a label; bunq has the label in both places";
const CHANGE: &str = "bunq describes a change by what makes the object; its pages and libraries send the status alone";
const FILTER: &str =
    "bunq describes an element of the list as the list itself; its pages, libraries and other clients send these";
const FRACTION: &str = "bunq writes fractions";
const RECORDED: &str = "bunq names its id and times nowhere, and every recorded answer has them";

fn extract() -> Value {
    serde_json::from_str(include_str!("bunq.json")).unwrap()
}

#[test]
fn our_calls_and_schemas_are_those_of_bunqs_document() {
    let bunq = extract();
    let found: BTreeSet<_> = of_calls(&bunq["operations"]).chain(of_schemas(&document(), &bunq["objects"])).collect();
    assert!(DIFFERENCES.iter().all(|(_, reason)| !reason.is_empty()));
    let known: BTreeSet<_> = DIFFERENCES.iter().map(|(difference, _)| (*difference).to_owned()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "bunq's document says otherwise; correct it, or give the reason in DIFFERENCES: {new:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "these are differences no more; take them out of DIFFERENCES: {gone:#?}");
}

fn of_calls(operations: &Value) -> impl Iterator<Item = String> {
    let differences = every_call().into_iter().flat_map(|sent| {
        let operation = sent.operation;
        match operations.get(&operation) {
            None => vec![format!("{operation}: no such operation")],
            Some(fields) => {
                let body = sent.body.unwrap_or_else(|| json!({}));
                of_fields(&body, fields).into_iter().map(|difference| format!("{operation}: {difference}")).collect()
            }
        }
    });
    differences.collect::<Vec<_>>().into_iter()
}

/// Returns what we send in an object that bunq does not know, or knows as another type, and what bunq requires and we
/// do not send.
fn of_fields(sent: &Value, known: &Value) -> Vec<String> {
    let sent = sent.as_object().unwrap();
    let mut differences = Vec::new();
    for (name, value) in sent {
        let Some(field) = known.get(name) else {
            differences.push(format!("sends {name}"));
            continue;
        };
        let (inside, kind) = match value {
            Value::Array(elements) => (elements.first(), "array"),
            Value::Object(_) => (Some(value), "object"),
            Value::String(_) => (None, "string"),
            Value::Bool(_) => (None, "boolean"),
            Value::Number(_) => (None, "integer"),
            Value::Null => (None, "null"),
        };
        if field["type"] != kind {
            differences.push(format!("sends {name} as {kind}, not {}", field["type"]));
        }
        if let Some(inside) = inside.filter(|inside| inside.is_object()) {
            let nothing = json!({});
            let known = field.get("fields").unwrap_or(&nothing);
            differences.extend(of_fields(inside, known).into_iter().map(|difference| format!("{name}: {difference}")));
        }
    }
    let required = known.as_object().unwrap().iter().filter(|(_, field)| field["required"] == true);
    let missing = required.filter(|(name, _)| !sent.contains_key(*name));
    differences.extend(missing.map(|(name, _)| format!("does not send {name}")));
    differences
}

/// Returns what our schemas of bunq's objects have and bunq's do not, or have as another type.
fn of_schemas(document: &Value, objects: &Value) -> impl Iterator<Item = String> {
    let ours = objects.as_object().unwrap().iter().flat_map(|(name, fields)| {
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "there is no schema {name}");
        let fields = fields.as_object().unwrap();
        properties(document, schema).into_iter().filter_map(move |(field, ours)| match fields.get(&field) {
            None => Some(format!("{name}.{field}")),
            Some(theirs) => {
                (*theirs != ours).then(|| format!("{name}.{field} is {ours}, not {}", theirs.as_str().unwrap()))
            }
        })
    });
    ours.collect::<Vec<_>>().into_iter()
}

/// Returns the fields of an object and of its variants, each with its type.
fn properties(document: &Value, schema: &Value) -> Vec<(String, String)> {
    let schema = follow(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, value)| (name.clone(), kind(value)));
    let parts = ["allOf", "oneOf"].into_iter().filter_map(|of| schema[of].as_array()).flatten();
    let parts = parts.flat_map(|part| properties(document, part));
    own.chain(parts).collect()
}

/// Returns a type as `extract.py` writes it: a type of JSON Schema or the name of a schema, with `[]` for a list.
fn kind(schema: &Value) -> String {
    let schema = schema["oneOf"].get(0).unwrap_or(schema);
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap().to_owned();
    }
    let name = schema["type"].get(0).unwrap_or(&schema["type"]).as_str().unwrap();
    if name == "array" { format!("{}[]", kind(&schema["items"])) } else { name.to_owned() }
}

/// Everything that is compared is sent, and everything that is sent is compared.
#[tokio::test]
async fn the_calls_that_are_compared_are_those_that_are_made() {
    let mut app = TestApp::builder().with_callbacks().not_onboarded().start().await;
    app.bank.settings(json!({ "callback_targets": "loopback" })).await;
    let report = app.setup(json!({})).await.unwrap();
    app.api_key = report["api_key"].as_str().unwrap().to_owned();
    every_route(&app).await;
    app.set_variable("ISSUER_TRANSACTION_PUBLIC_PATH", "root");
    app.restart().await;
    let public = format!("{TRANSACTIONS}-public/7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21");
    app.get(&public).await;

    let calls = app.bank.calls().await;
    let counts: BTreeMap<String, u64> = serde_json::from_value(calls["counts"].clone()).unwrap();
    let made = counts.keys().filter_map(|call| {
        let (method, path) = call.split_once(' ')?;
        // The consent page and the token endpoint are not part of the API.
        let oauth = ["authorize", "auth", "token", "v1/token"].contains(&path.trim_start_matches('/'));
        (!oauth).then(|| format!("{method} {}", without_names(path)))
    });
    let made: BTreeSet<_> = made.collect();
    let compared: BTreeSet<_> = every_call().into_iter().map(|sent| sent.operation).collect();
    assert_eq!(made, compared);
}

const TRANSACTIONS: &str = "/psd2/payment-service-provider-issuer-transaction";

/// Calls every route that calls the bank.
async fn every_route(app: &TestApp) {
    let user = app.connect("person").await;
    let base = format!("/user/{user}");
    let account = format!("{base}/monetary-account/60101");
    for path in ["".to_owned(), "/accounts".to_owned(), "/payments/60101".to_owned()] {
        assert_eq!(app.get(&format!("{base}{path}")).await.status, 200, "{path}");
    }
    app.get(&format!("{account}/payment/1")).await;
    app.put(&format!("{base}/notifications"), &json!({ "enabled": true })).await;
    let terms = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    for (resource, status) in [("request-inquiry", "REVOKED"), ("draft-payment", "CANCELLED")] {
        let created = app.post(&format!("{base}/{resource}"), &terms).await;
        app.get(created.header("location")).await;
        app.put(created.header("location"), &json!({ "status": status })).await;
        app.get(&format!("{account}/{resource}")).await;
    }

    let transaction = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Order 7",
        "url_redirect": "https://shop.example/thanks",
    });
    let created = app.post(TRANSACTIONS, &transaction).await;
    let public = format!("{TRANSACTIONS}-public/7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21");
    for path in [TRANSACTIONS, created.header("location"), &public] {
        app.get(path).await;
    }
    app.put(created.header("location"), &json!({ "status": "CANCELLED" })).await;

    let keys = app.get("/credential-password-ip").await.json();
    let key = format!("/credential-password-ip/{}", keys["Response"][0]["CredentialPasswordIp"]["id"]);
    let created = app.post(&format!("{key}/ip"), &json!({ "ip": "185.40.108.9" })).await;
    for path in [&key, &format!("{key}/ip"), created.header("location")] {
        app.get(path).await;
    }
    app.put(created.header("location"), &json!({ "status": "INACTIVE" })).await;
    let delete = app.request(reqwest::Method::DELETE, &base).bearer_auth(&app.api_key);
    assert_eq!(app.send(delete).await.status, 204);
}
