//! Answers that this crate gives itself, in the form in which AWS's JSON services give theirs.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

/// A whole answer; bodies are small enough to be held.
pub(crate) type Answer = Response<Full<Bytes>>;

/// The media type of [AWS JSON 1.0](https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html), which DynamoDB speaks.
pub(crate) const AWS_JSON_1_0: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// The media type of [AWS JSON 1.1](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), which Secrets Manager
/// speaks.
pub(crate) const AWS_JSON_1_1: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
/// The media type of the switches' answers.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A body of the given type.
pub(crate) fn body(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// A JSON value of the given type.
pub(crate) fn json(status: StatusCode, kind: HeaderValue, value: &Value) -> Answer {
    body(status, kind, value.to_string())
}

/// An error as AWS writes it: the SDKs find its type in `__type`, behind the last `#`.
pub(crate) fn error(status: StatusCode, kind: HeaderValue, code: &str, message: &str) -> Answer {
    json(status, kind, &json!({ "__type": code, "message": message }))
}

/// Done, and nothing to say.
pub(crate) fn no_content() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}
