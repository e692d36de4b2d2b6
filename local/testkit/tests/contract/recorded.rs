//! Compares our schemas of bunq's objects with public recordings of bunq's answers, of which
//! `local/simulator/tests/recorded/extract.py` copies the relevant parts. A field that a recording lacks is not
//! required, a field that is null there may be null, and types agree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{document, list, validator};

/// The schema of an object, or of each element of a list, with this name anywhere in a recording.
const SCHEMAS: &[(&str, &str)] = &[
    ("CredentialPasswordIp", "CredentialPasswordIp"),
    ("Id", "Id"),
    ("MonetaryAccountBank", "MonetaryAccountBank"),
    ("Pagination", "Pagination"),
    ("Payment", "Payment"),
    ("PermittedIp", "PermittedIp"),
    ("RequestInquiry", "RequestInquiry"),
    ("UserPaymentServiceProvider", "UserPaymentServiceProvider"),
    ("UserPerson", "UserPerson"),
    ("address_billing", "Address"),
    ("address_shipping", "Address"),
    ("amount", "Money"),
    ("amount_inquired", "Money"),
    ("amount_responded", "Money"),
    ("attachment", "Attachment"),
    ("avatar", "Avatar"),
    ("balance", "Money"),
    ("bunq_me", "Alias"),
    ("counterparty_alias", "LabelMonetaryAccount"),
    ("daily_limit", "Money"),
    ("daily_limit_without_confirmation_login", "Money"),
    ("geolocation", "Geolocation"),
    ("image", "Image"),
    ("label_schedule_user_created", "LabelUser"),
    ("label_user", "LabelUser"),
    ("overdraft_limit", "Money"),
    ("payments", "Payment"),
    ("permitted_device", "PermittedDevice"),
    ("savings_account_alias", "LabelMonetaryAccount"),
    ("schedule", "Schedule"),
    ("setting", "AccountSetting"),
    ("user_alias_created", "LabelMonetaryAccount"),
    ("user_alias_revoked", "LabelUser"),
];

/// Recordings of what this API passes on, and the schema of the whole answer.
const ANSWERS: &[(&str, &str)] = &[
    ("bunq-docs/payment-create-ok", "IdAnswer"),
    ("ruby-client/credentials_password_ip.list", "CredentialList"),
    ("ruby-client/ip.get", "PermittedIpAnswer"),
    ("ruby-client/ip.list", "PermittedIpList"),
    ("ruby-client/ip.post", "IdAnswer"),
    ("ruby-client/monetary_account.list", "AccountList"),
    ("ruby-client/payment.get", "PaymentAnswer"),
];

/// The other recordings. No schema of ours describes them, because this API does not pass them on.
const OF_NO_SCHEMA: &[&str] = &[
    "bunq-docs/oauth-token-exchange-error",
    "bunq-docs/oauth-token-exchange-ok",
    "bunq-docs/sandbox-user-person",
    "issue-threads/400-incorrect-api-key-or-ip",
    "issue-threads/400-invalid-type",
    "issue-threads/400-signature-invalid",
    "issue-threads/400-superfluous-field",
    "issue-threads/429-too-many-requests-get",
    "issue-threads/429-too-many-requests-post",
    "issue-threads/466-signature-required",
    "issue-threads/invalid-hash",
    "issue-threads/session-expired-authentication",
    "issue-threads/session-expired-authorisation",
    "issue-threads/session-token-reused",
    "yolt/oauth-client-registration-callback-delete",
    "yolt/oauth-client-registration-details",
    "yolt/oauth-token-exchange",
];

fn recordings() -> BTreeMap<String, Value> {
    let shapes = include_str!("../../../simulator/tests/recorded/shapes.json");
    let recordings: BTreeMap<String, Value> = serde_json::from_str(shapes).unwrap();
    recordings.into_iter().map(|(name, recording)| (name, instance(&recording["body"]))).collect()
}

/// Makes a value of this shape. The text is a number, because some schemas require a certain form.
fn instance(shape: &Value) -> Value {
    match shape {
        Value::Object(fields) => {
            fields.iter().map(|(name, shape)| (name.clone(), instance(shape))).collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => elements.iter().map(instance).collect(),
        Value::String(kind) => match kind.as_str() {
            "string" => json!("1"),
            "integer" => json!(1),
            "number" => json!(1.5),
            "boolean" => json!(true),
            "null" => Value::Null,
            other => panic!("{other} is no type"),
        },
        other => panic!("{other} is no shape"),
    }
}

/// Returns every object of the value that has a schema, by the schema's name.
fn objects(value: &Value) -> Vec<(&'static str, &Value)> {
    match value {
        Value::Object(fields) => fields.iter().flat_map(|(name, inner)| of_field(name, inner)).collect(),
        Value::Array(elements) => elements.iter().flat_map(objects).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn of_field<'a>(name: &str, value: &'a Value) -> Vec<(&'static str, &'a Value)> {
    // An account's own addresses are a list. The address of a payment's side is an object.
    let schema = match (name, value) {
        ("alias", Value::Array(_)) => Some("Alias"),
        ("alias", Value::Object(_)) => Some("LabelMonetaryAccount"),
        _ => SCHEMAS.iter().find(|(key, _)| *key == name).map(|(_, schema)| *schema),
    };
    let own: Vec<_> = match value {
        Value::Object(_) => vec![value],
        Value::Array(elements) => elements.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let own = schema.into_iter().flat_map(move |schema| own.clone().into_iter().map(move |object| (schema, object)));
    own.chain(objects(value)).collect()
}

/// Returns what recordings have and the document does not allow, and which recordings were compared.
fn compare(document: &Value) -> (Vec<String>, BTreeSet<String>) {
    let (mut faults, mut compared) = (Vec::new(), BTreeSet::new());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut validators = BTreeMap::new();
    for (name, body) in recordings() {
        let whole = ANSWERS.iter().filter(|(recording, _)| *recording == name).map(|(_, schema)| (*schema, &body));
        for (schema, value) in objects(&body).into_iter().chain(whole) {
            let validator = validators.entry(schema).or_insert_with(|| validator(document, &schemas[schema]));
            faults.extend(list(validator, value).into_iter().map(|fault| format!("{name}: {schema}{fault}")));
            compared.insert(name.clone());
        }
    }
    (faults, compared)
}

#[test]
fn every_recorded_answer_fits() {
    let (faults, compared) = compare(&document());
    assert!(faults.is_empty(), "{faults:#?}");
    let known: BTreeSet<_> = OF_NO_SCHEMA.iter().map(|name| (*name).to_owned()).collect();
    let not_compared: BTreeSet<_> = recordings().into_keys().filter(|name| !compared.contains(name)).collect();
    assert_eq!(not_compared, known, "these hold nothing that has a schema");
}

#[test]
fn the_comparison_sees_what_recordings_contradict() {
    let good = document();
    let spoilt = [
        ("/components/schemas/LabelMonetaryAccount/required", json!(["bunq_me"])),
        ("/components/schemas/LabelMonetaryAccount/properties/iban", json!({ "type": "string" })),
        ("/components/schemas/Geolocation/properties/latitude", json!({ "type": "integer" })),
        ("/components/schemas/Pagination/required", json!(["future_url"])),
    ];
    for (pointer, schema) in spoilt {
        let mut bad = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = schema;
        assert!(!compare(&bad).0.is_empty(), "{pointer}");
    }
}
