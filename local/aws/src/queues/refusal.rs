//! SQS's errors, with two names each: one of its JSON protocol and one of its older query protocol. AWS's clients read
//! the older name from a header:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-api-responses.html>

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::answer::{self, AWS_JSON_1_0, Answer};

const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidAttributeName,
    InvalidBatchEntryId,
    InvalidMessageContents,
    InvalidParameterValue,
    MessageNotInflight,
    MissingParameter,
    QueueDoesNotExist,
    ReceiptHandleIsInvalid,
    Serialization,
    TooManyEntriesInBatchRequest,
    UnsupportedOperation,
}

impl Code {
    /// The value of `__type`, and the value of the header.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::BatchEntryIdsNotDistinct => {
                ("com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct;Sender")
            }
            Self::BatchRequestTooLong => {
                ("com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong;Sender")
            }
            Self::EmptyBatchRequest => {
                ("com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest;Sender")
            }
            Self::InvalidAttributeName => ("com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName;Sender"),
            Self::InvalidBatchEntryId => {
                ("com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId;Sender")
            }
            Self::InvalidMessageContents => {
                ("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents;Sender")
            }
            Self::InvalidParameterValue => {
                ("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue;Sender")
            }
            Self::MessageNotInflight => {
                ("com.amazonaws.sqs#MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight;Sender")
            }
            Self::MissingParameter => {
                ("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter;Sender")
            }
            Self::QueueDoesNotExist => {
                ("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender")
            }
            Self::ReceiptHandleIsInvalid => {
                ("com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid;Sender")
            }
            Self::Serialization => ("com.amazon.coral.service#SerializationException", "MalformedInput;Sender"),
            Self::TooManyEntriesInBatchRequest => (
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest;Sender",
            ),
            Self::UnsupportedOperation => {
                ("com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation;Sender")
            }
        }
    }
}

/// An error that answers a request, or an entry of a batch.
#[derive(Debug)]
pub(super) struct Refusal {
    code: Code,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn no_queue() -> Self {
        Self::new(Code::QueueDoesNotExist, "The specified queue does not exist.")
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::new(Code::MissingParameter, format!("The request must contain the parameter {parameter}."))
    }

    pub(super) fn invalid(parameter: &str, value: impl ToString, reason: &str) -> Self {
        let value = value.to_string();
        let message = format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}");
        Self::new(Code::InvalidParameterValue, message)
    }

    /// The answer to a request.
    pub(super) fn answer(&self) -> Answer {
        let (kind, query_error) = self.code.names();
        let status = match self.code {
            Code::ReceiptHandleIsInvalid => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut answer = answer::error(status, AWS_JSON_1_0, kind, &self.message);
        answer.headers_mut().insert(QUERY_ERROR, HeaderValue::from_static(query_error));
        answer
    }

    /// The element of `Failed` for an entry of a batch.
    pub(super) fn entry(&self, id: &str) -> Value {
        let code = self.code.names().1.trim_end_matches(";Sender");
        json!({ "Id": id, "Code": code, "Message": self.message, "SenderFault": true })
    }
}
