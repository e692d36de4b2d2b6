//! If the schema of a body allows a value, the API does not reject its shape. If the schema forbids it, the API rejects
//! it.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Journey, every_operation, operation};

use crate::{
    document::{document, follow, list, validator},
    values::{addresses, amounts, anything, moments, texts},
};

/// Operations whose schema cannot describe every rule: a `return_url` must have an origin of `RETURN_ORIGINS`, a proof
/// must match its consent, and the commands of the setup change what other tests use.
const NOT_BY_SHAPE: [&str; 3] = ["claim_consent", "create_consent", "run_setup"];

/// Returns a valid body with one part replaced, by pointer. The pointer's last name may be new. `null` as a value stays
/// null; `None` removes the part.
fn with(body: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body
}

/// Places of a body, and values to try there besides [`anything`].
type Places = Vec<(String, Vec<Value>)>;

fn places<const N: usize>(places: [(&str, Vec<Value>); N]) -> Places {
    places.into_iter().map(|(place, values)| (place.to_owned(), values)).collect()
}

/// Makes a deployment in which everything that can be ended is unknown. An invalid shape is rejected before the bank is
/// called, and nothing else happens.
async fn start() -> Journey {
    let mut journey = Journey::start().await;
    for operation in every_operation().iter().filter(|operation| operation.method() == Method::PUT) {
        let (name, _) = operation.parameters("path").last().unwrap();
        journey.places.insert(name.to_uppercase(), "9999".to_owned());
    }
    journey
}

/// Tries variants of a valid body.
async fn check(journey: &Journey, id: &str, good: &Value, places: &Places) {
    let operation = operation(id);
    let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
    let validator = validator(&document(), schema);
    let mut tried = vec![json!([]), json!("x"), json!(1), with(good, "/surplus", Some(json!(1))), good.clone()];
    for (place, values) in places {
        let values = values.iter().cloned().map(Some).chain(anything());
        tried.extend(values.map(|value| with(good, place, value)));
    }
    for tried in tried {
        let faults = list(&validator, &tried);
        let answer = journey.send_body(&operation, &tried).await;
        let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
        assert_eq!(refused, !faults.is_empty(), "{id}: {tried}\n{}\n{faults:?}", answer.text);
    }
}

/// Returns the fields of a schema, by pointer, with every value that one of them lists.
fn fields(document: &Value, schema: &Value, at: &str, found: &mut BTreeMap<String, Vec<Value>>) {
    let schema = follow(document, schema);
    for kind in ["oneOf", "anyOf", "allOf"] {
        schema[kind].as_array().into_iter().flatten().for_each(|one| fields(document, one, at, found));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_str).flat_map(|text| [json!(text), json!(text.to_lowercase())]);
        found.entry(at.to_owned()).or_default().extend(values);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{at}/{name}");
        found.entry(place.clone()).or_default();
        fields(document, property, &place, found);
    }
}

#[tokio::test]
async fn every_field_of_every_body_agrees() {
    let (journey, document) = (start().await, document());
    for operation in every_operation().iter().filter(|operation| operation.example().is_some()) {
        if NOT_BY_SHAPE.contains(&operation.id()) {
            continue;
        }
        let good = journey.body(operation);
        let mut found = BTreeMap::new();
        fields(&document, &operation.value["requestBody"]["content"]["application/json"]["schema"], "", &mut found);
        found.retain(|place, _| {
            place.rsplit_once('/').is_some_and(|(parent, _)| good.pointer(parent).is_some_and(Value::is_object))
        });
        assert!(!found.is_empty(), "{} has fields", operation.id());
        let statuses = texts(&["CANCELLED", "REJECTED", "REVOKED", "ACCEPTED", "INACTIVE", "active"]);
        for (place, values) in &mut found {
            values.extend(if place.contains("time") { moments() } else { statuses.clone() });
        }
        check(&journey, operation.id(), &good, &found.into_iter().collect()).await;
    }
}

/// Returns the fields of an order that do not depend on the type of the receiver.
fn order_places() -> Places {
    let mut ids = texts(&["60101", "060101", "9223372036854775807", "99999999999999999999", " 1", "+1"]);
    ids.extend([json!(60_101), json!(i64::MAX), json!(i64::MAX as u64 + 1)]);
    places([
        ("/monetary_account_id", ids),
        ("/amount", amounts()),
        ("/currency", texts(&["EUR", "USD", "eur", "EURO", "ABC"])),
        ("/description", vec![json!("é".repeat(140)), json!("é".repeat(9001))]),
        ("/receiver_type", texts(&["iban", "URL", "EMAIL"])),
        ("/receiver_name", vec![json!("é".repeat(140)), json!("é".repeat(141)), json!(" J. ")]),
    ])
}

#[tokio::test]
async fn the_receivers_of_requests_agree() {
    let journey = start().await;
    let ibans = texts(&["NL91 ABNA 0417 1643 00", "nl91abna0417164300", "GB29NWBK60161331926819", "NL91-ABNA", "NL91"]);
    let addresses = texts(&["a.b+c@bunq.com", "a@", "@b", "a b@c.nl"]);
    let numbers = texts(&[
        "+3161234",
        "+316123",
        "+316123456789012",
        "+3161234567890123",
        "0612345678",
        "+0612345678",
        "+31 6 12345678",
    ]);
    let (short, long) = (vec![json!("é".repeat(141)), json!("a\u{202e}b")], vec![json!("é".repeat(9000))]);
    for (kind, value, values, descriptions) in [
        ("IBAN", "NL91ABNA0417164300", ibans, short),
        ("EMAIL", "sugardaddy@bunq.com", addresses, long),
        ("PHONE_NUMBER", "+31612345678", numbers, vec![]),
    ] {
        let mut good = journey.body(&operation("create_request_inquiry"));
        good["receiver_type"] = json!(kind);
        good["receiver_value"] = json!(value);
        let mut tried = places([("/receiver_value", values), ("/description", descriptions)]);
        tried.extend(order_places());
        check(&journey, "create_request_inquiry", &good, &tried).await;
    }
}

#[tokio::test]
async fn the_schedules_of_drafts_agree() {
    let journey = start().await;
    let mut draft = journey.body(&operation("create_draft_payment"));
    draft["schedule"] = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
    let sizes = json!([12, "12", "012", "+1", 0, 999_999_999, "999999999", 1_000_000_000, "1000000000", "4294967296"]);
    let sizes = sizes.as_array().unwrap().clone();
    let attachments = vec![json!([1, "2"]), json!([0]), json!([true]), json!(vec![1; 100]), json!(vec![1; 101])];
    let tried = places([
        ("/status", vec![]),
        ("/number_of_required_accepts", vec![json!("1"), json!(2)]),
        ("/previous_updated_timestamp", moments()),
        ("/schedule", vec![]),
        ("/schedule/time_start", moments()),
        ("/schedule/time_end", moments()),
        ("/schedule/recurrence_unit", texts(&["DAILY", "YEARLY", "daily"])),
        ("/schedule/recurrence_size", sizes),
        ("/schedule/surplus", vec![]),
        ("/attachment_ids", attachments),
    ]);
    check(&journey, "create_draft_payment", &draft, &tried).await;
}

#[tokio::test]
async fn the_bodies_of_issuer_transactions_agree() {
    let journey = start().await;
    let urls =
        ["https://shop.example/a?b=c", "http://localhost:8080/", "ftp://shop.example", "shop.example", "javascript:1"];
    let descriptions = vec![json!("é".repeat(140)), json!("é".repeat(141)), json!("a\u{202e}b"), json!("a\nb")];
    let tried = places([
        ("/counterparty_alias/type", texts(&["EMAIL"])),
        ("/counterparty_alias/value", texts(&["GB29NWBK60161331926819"])),
        ("/counterparty_alias/name", vec![json!("é".repeat(140)), json!("é".repeat(141))]),
        ("/counterparty_alias/service", vec![]),
        ("/amount/value", amounts()),
        ("/amount/currency", texts(&["USD", "eur"])),
        ("/description", descriptions),
        ("/url_redirect", texts(&urls)),
        ("/status", vec![]),
    ]);
    let good = journey.body(&operation("create_issuer_transaction"));
    check(&journey, "create_issuer_transaction", &good, &tried).await;
}

#[tokio::test]
async fn the_addresses_that_may_be_permitted_agree() {
    let journey = start().await;
    let good = journey.body(&operation("create_permitted_ip"));
    check(&journey, "create_permitted_ip", &good, &places([("/ip", addresses())])).await;
}
