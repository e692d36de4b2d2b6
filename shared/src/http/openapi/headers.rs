//! The headers of answers, described once under `components`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, SchemaFormat, Type};

/// A header of an answer.
#[derive(Debug)]
pub struct AnswerHeader {
    /// Its name among the components.
    component: &'static str,
    name: &'static str,
    kind: Kind,
    description: &'static str,
    example: &'static str,
}

#[derive(Debug)]
enum Kind {
    Text,
    Uri,
    Seconds,
}

/// The id of the request.
pub const REQUEST_ID: AnswerHeader = AnswerHeader {
    component: "X-Request-Id",
    name: "X-Request-Id",
    kind: Kind::Text,
    description: "Names this request. Say it when you ask for help.",
    example: "8c1d1b0e-1c1e-4a35-9d0e-4f6f3d1c2b7a",
};
pub(super) const RETRY_AFTER: AnswerHeader = AnswerHeader {
    component: "Retry-After",
    name: "Retry-After",
    kind: Kind::Seconds,
    description: "When to come back, in seconds. Not every problem of this status says it.",
    example: "5",
};
pub(super) const WWW_AUTHENTICATE: AnswerHeader = AnswerHeader {
    component: "WWW-Authenticate",
    name: "WWW-Authenticate",
    kind: Kind::Text,
    description: "How to authenticate: with an API key as a bearer token.",
    example: "Bearer",
};
pub(super) const LINK: AnswerHeader = AnswerHeader {
    component: "Link",
    name: "Link",
    kind: Kind::Text,
    description: "Where the neighbours of the page are (RFC 8288): `next` is older, `prev` is newer, `latest` is the newest page. Follow them as they are; a relation \
                  that is not there has no page.",
    example: "<https://tpp.example/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/payments/60101?count=50&older_id=70112>; rel=\"next\"",
};
pub(super) const PAY_LINK: AnswerHeader = AnswerHeader {
    component: "Link-Payment",
    name: "Link",
    kind: Kind::Text,
    description: "The page where the customer pays, as relation `payment` (RFC 8288). Not there where bunq did not say the transaction's public name in time.",
    example: "<https://pay.example/transaction?transactionId=7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21>; rel=\"payment\"",
};
pub(super) const LOCATION: AnswerHeader = AnswerHeader {
    component: "Location",
    name: "Location",
    kind: Kind::Uri,
    description: "Where what was made can be read.",
    example: "https://tpp.example/user/2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11/monetary-account/60101/draft-payment/70201",
};
pub(super) const IDEMPOTENCY_KEY: AnswerHeader = AnswerHeader {
    component: "Idempotency-Key",
    name: "Idempotency-Key",
    kind: Kind::Text,
    description: "The key of the request: the caller's, or the one that was made where none came. Send it with every further try.",
    example: "invoice-2026-17",
};
pub(super) const IDEMPOTENCY_REPLAYED: AnswerHeader = AnswerHeader {
    component: "Idempotency-Replayed",
    name: "Idempotency-Replayed",
    kind: Kind::Text,
    description: "`true` where the answer is that of an earlier try under the same key; otherwise it is not there.",
    example: "true",
};
pub(super) const BUNQ_RESPONSE_ID: AnswerHeader = AnswerHeader {
    component: "Bunq-Response-Id",
    name: "Bunq-Response-Id",
    kind: Kind::Text,
    description: "bunq's name of its answer. Say it when you ask bunq for help.",
    example: "89dcaa5c-fa55-4068-9822-3f87985d2268",
};

/// Returns all headers, as components.
#[must_use]
pub fn all() -> BTreeMap<String, RefOr<Header>> {
    let all = [
        REQUEST_ID,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
        LINK,
        PAY_LINK,
        LOCATION,
        IDEMPOTENCY_KEY,
        IDEMPOTENCY_REPLAYED,
        BUNQ_RESPONSE_ID,
    ];
    all.into_iter().map(|header| (header.component.to_owned(), RefOr::T(header.build()))).collect()
}

impl AnswerHeader {
    /// Adds a reference to this header to an answer.
    pub fn add_to(&self, response: &mut Response) {
        let reference = Ref::new(format!("#/components/headers/{}", self.component));
        response.headers.insert(self.name.to_owned(), RefOr::Ref(reference));
    }

    fn build(&self) -> Header {
        let schema = match self.kind {
            Kind::Text => ObjectBuilder::new().schema_type(Type::String),
            Kind::Uri => {
                ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uri".to_owned())))
            }
            Kind::Seconds => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)),
        };
        let example: Value = match self.kind {
            Kind::Text | Kind::Uri => json!(self.example),
            Kind::Seconds => json!(self.example.parse::<u64>().unwrap_or_default()),
        };
        HeaderBuilder::new().schema(Some(schema)).description(Some(self.description)).example(Some(example)).build()
    }
}
