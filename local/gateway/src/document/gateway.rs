//! The answers that API Gateway itself gives instead of a function. An HTTP API cannot configure these bodies:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html>

use shared::http::openapi::GatewayError;
use utoipa::{
    ToSchema,
    openapi::{
        Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, path::Operation, schema::AnyOfBuilder,
    },
};

const JSON: &str = "application/json";

/// Statuses that can come from a function or from API Gateway: the body was too large, the function failed or could not
/// be invoked, or there were too many calls.
const SHARED: &[&str] = &["413", "429", "500", "503"];

const LIMITED: &str = "API Gateway's own words: more calls than the stage allows. Send the request again, at growing \
                       intervals and with the same `Idempotency-Key`; no function has seen it.";
const LARGE: &str = "API Gateway's own words: the body is larger than 10 MB.";

/// Adds API Gateway's own answers to an operation.
pub(super) fn add_to(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for status in SHARED {
        if let Some(RefOr::T(response)) = responses.get_mut(*status) {
            // Inserted first, because some code generators read only the first content type.
            response.content.shift_insert(0, JSON.to_owned(), RefOr::T(either()));
        }
    }
    match responses.get_mut("429") {
        Some(RefOr::T(response)) => {
            response.description = format!("{}\n\n{LIMITED} It has no `Retry-After`.", response.description);
        }
        Some(RefOr::Ref(_)) | None => {
            responses.insert("429".to_owned(), RefOr::T(own(LIMITED)));
        }
    }
    match responses.get_mut("413") {
        Some(RefOr::T(response)) => response.description = format!("{}\n\n{LARGE}", response.description),
        Some(RefOr::Ref(_)) | None if operation.request_body.is_some() => {
            responses.insert("413".to_owned(), RefOr::T(own(LARGE)));
        }
        Some(RefOr::Ref(_)) | None => {}
    }
}

fn own(description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(GatewayError::name())));
    ResponseBuilder::new().description(description).content(JSON, content).build()
}

fn either() -> Content {
    let either = AnyOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(Ref::from_schema_name(GatewayError::name()))
        .description(Some("In API Gateway's own words, where it answers in place of a function."));
    ContentBuilder::new().schema(Some(RefOr::T(Schema::from(either)))).build()
}
