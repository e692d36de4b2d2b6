//! Answers of this crate, in the form of AWS's JSON services.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

/// An answer with its whole body in memory.
pub(crate) type Answer = Response<Full<Bytes>>;

/// The media type of [AWS JSON 1.0](https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html), the protocol of
/// DynamoDB and SQS.
pub(crate) const AWS_JSON_1_0: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// The media type of [AWS JSON 1.1](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), the protocol of
/// Secrets Manager and EventBridge.
pub(crate) const AWS_JSON_1_1: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
/// The media type of the switches' answers.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer with a body of the given media type.
pub(crate) fn body(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// An answer with a JSON body of the given media type.
pub(crate) fn json(status: StatusCode, kind: HeaderValue, value: &Value) -> Answer {
    body(status, kind, value.to_string())
}

/// An error in AWS's form: the SDKs read its code from `__type`, after the last `#`.
pub(crate) fn error(status: StatusCode, kind: HeaderValue, code: &str, message: &str) -> Answer {
    json(status, kind, &json!({ "__type": code, "message": message }))
}

/// An empty answer to a request that succeeded.
pub(crate) fn no_content() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}
