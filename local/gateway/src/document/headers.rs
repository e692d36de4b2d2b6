//! The headers of answers, described once under `components`. Answers refer to them by these names.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{Header, HeaderBuilder, ObjectBuilder, RefOr, SchemaFormat, Type};

/// The name of a header among the components, its description and an example.
const HEADERS: [(&str, &str, &str); 9] = [
    ("X-Request-Id", "Names this request. Say it when you ask for help.", "8c1d1b0e-1c1e-4a35-9d0e-4f6f3d1c2b7a"),
    ("Retry-After", "When to come back, in seconds. Not every problem of this status says it.", "5"),
    ("WWW-Authenticate", "How to authenticate: with an API key as a bearer token.", "Bearer"),
    (
        "Link",
        "Where the neighbours of the page are (RFC 8288): `next` is older, `prev` is newer, `latest` is the newest page. Follow them as they are; a relation \
         that is not there has no page.",
        "<https://tpp.example/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/payments/60101?count=50&older_id=70112>; rel=\"next\"",
    ),
    (
        "Link-Payment",
        "The page where the customer pays, as relation `payment` (RFC 8288). Not there where bunq did not say the transaction's public name in time.",
        "<https://pay.example/transaction?transactionId=7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21>; rel=\"payment\"",
    ),
    (
        "Location",
        "Where what was made can be read.",
        "https://tpp.example/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/monetary-account/60101/draft-payment/70201",
    ),
    (
        "Idempotency-Key",
        "The key of the request: the caller's, or the one that was made where none came. Send it with every further try.",
        "invoice-2026-17",
    ),
    (
        "Idempotency-Replayed",
        "`true` where the answer is that of an earlier try under the same key; otherwise it is not there.",
        "true",
    ),
    (
        "Bunq-Response-Id",
        "bunq's name of its answer. Say it when you ask bunq for help.",
        "89dcaa5c-fa55-4068-9822-3f87985d2268",
    ),
];

/// Returns all headers, as components.
pub(super) fn all() -> BTreeMap<String, RefOr<Header>> {
    HEADERS
        .iter()
        .map(|(name, description, example)| ((*name).to_owned(), RefOr::T(header(name, description, example))))
        .collect()
}

fn header(name: &str, description: &str, example: &str) -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let (schema, example) = match name {
        "Retry-After" => {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
            (seconds, json!(example.parse::<u64>().unwrap_or_default()))
        }
        "Location" => (text.format(Some(SchemaFormat::Custom("uri".to_owned()))), Value::from(example)),
        _ => (text, Value::from(example)),
    };
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).example(Some(example)).build()
}
