//! If the schema of a body allows a value, the API does not reject its shape. If the schema forbids it, the API rejects
//! it.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Journey, Operation, every_operation};

use crate::{
    document::{document, follow, list, validator},
    values::{anything, of_field},
};

/// Operations whose schema cannot describe every rule: a `return_url` must have an origin of `RETURN_ORIGINS`, a proof
/// must match its consent, a callback of bunq may have any body, and the commands of the setup change what other tests
/// use.
const NOT_BY_SHAPE: [&str; 4] = ["claim_consent", "create_consent", "receive_callback", "run_setup"];

/// Returns a body with the part at a pointer replaced, or added. `null` stays null; `None` removes the part.
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

/// Returns valid bodies: the example, one for each type of receiver, and drafts with a schedule.
fn valid(example: &Value, id: &str) -> Vec<Value> {
    let mut valid = vec![example.clone()];
    if example.get("receiver_type").is_some() {
        valid.extend([("EMAIL", "sugardaddy@bunq.com"), ("PHONE_NUMBER", "+31612345678")].map(|(kind, value)| {
            with(&with(example, "/receiver_type", Some(json!(kind))), "/receiver_value", Some(json!(value)))
        }));
    }
    if id == "create_draft_payment" {
        let once = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
        valid.push(with(example, "/schedule", Some(once)));
    }
    valid
}

/// Returns the fields of a schema, by pointer, with every value that one of them lists, in both cases.
fn fields(document: &Value, schema: &Value, at: &str, found: &mut BTreeMap<String, Vec<Value>>) {
    let schema = follow(document, schema);
    for kind in ["oneOf", "anyOf", "allOf"] {
        schema[kind].as_array().into_iter().flatten().for_each(|one| fields(document, one, at, found));
    }
    let texts = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    found.entry(at.to_owned()).or_default().extend(texts.flat_map(|text| [json!(text), json!(text.to_lowercase())]));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        fields(document, property, &format!("{at}/{name}"), found);
        found.entry(format!("{at}/surplus")).or_default();
    }
}

/// Whether a rule is about two fields: a payment that leaves bunq has a shorter description.
fn is_beyond_a_schema(operation: &Operation<'_>, body: &Value) -> bool {
    let is_long = body["description"].as_str().is_some_and(|text| text.chars().count() > 140);
    operation.id() == "create_draft_payment" && body["receiver_type"] == "IBAN" && is_long
}

#[tokio::test]
async fn every_field_of_every_body_agrees() {
    let (mut journey, document) = (Journey::start().await, document());
    // What can be ended is unknown: an invalid shape is rejected before the bank is called, and nothing else happens.
    for operation in every_operation().iter().filter(|operation| operation.method() == Method::PUT) {
        let (name, _) = operation.parameters("path").last().unwrap();
        if name == "user_id" {
            // What is changed of the customer can be changed again.
            continue;
        }
        journey.places.insert(name.to_uppercase(), "9999".to_owned());
    }
    let tried = |one: &&Operation<'_>| one.example().is_some() && !NOT_BY_SHAPE.contains(&one.id());
    for operation in every_operation().iter().filter(tried) {
        let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        let (validator, mut places) = (validator(&document, schema), BTreeMap::new());
        let mut bodies = vec![json!([]), json!("x"), json!(1)];
        fields(&document, schema, "", &mut places);
        for good in valid(&journey.body(operation), operation.id()) {
            for (place, listed) in &mut places {
                let Some((parent, _)) = place.rsplit_once('/') else { continue };
                if good.pointer(parent).is_some_and(Value::is_object) {
                    // The listed values, such as every currency, are tried in the first valid body only.
                    let values = listed.drain(..).chain(of_field(place)).map(Some).chain(anything());
                    bodies.extend(values.map(|value| with(&good, place, value)));
                }
            }
            bodies.push(good);
        }
        assert!(bodies.len() > 50, "{} has fields", operation.id());
        for body in bodies.iter().filter(|body| !is_beyond_a_schema(operation, body)) {
            let faults = list(&validator, body);
            let answer = journey.send_body(operation, body).await;
            let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
            assert_eq!(refused, !faults.is_empty(), "{}: {body}\n{}\n{faults:?}", operation.id(), answer.text);
        }
    }
}
