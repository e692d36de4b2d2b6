//! A batch of messages, as Lambda invokes a function with it, and the answer that names those to receive again:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::message::HintMessage;

/// The event is not a batch of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event is not a batch of messages of SQS")]
pub struct BatchError;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    receipt_handle: String,
    body: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(rename = "ApproximateReceiveCount")]
    receives: String,
}

/// A batch of messages.
#[derive(Clone, Debug)]
pub struct HintBatch(Vec<HintMessage>);

impl HintBatch {
    /// Reads the event of an invocation.
    ///
    /// # Errors
    /// Returns [`BatchError`] if it has another form.
    pub fn read(event: Value) -> Result<Self, BatchError> {
        let Event { records } = serde_json::from_value(event).map_err(|_| BatchError)?;
        let message = |record: Record| {
            let receives = record.attributes.receives.parse().map_err(|_| BatchError)?;
            Ok(HintMessage { id: record.message_id, receipt: record.receipt_handle, body: record.body, receives })
        };
        records.into_iter().map(message).collect::<Result<_, _>>().map(Self)
    }

    /// Returns the event of an invocation with these messages, as Lambda's event source makes it.
    #[must_use]
    pub fn event(messages: &[HintMessage]) -> Value {
        let records = messages.iter().map(|message| {
            json!({
                "messageId": message.id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": { "ApproximateReceiveCount": message.receives.to_string() },
                "eventSource": "aws:sqs",
            })
        });
        json!({ "Records": records.collect::<Vec<_>>() })
    }

    /// Returns the messages, in the order of the queue.
    #[must_use]
    pub fn messages(&self) -> &[HintMessage] {
        &self.0
    }

    /// Returns the answer that names the messages to receive again.
    #[must_use]
    pub fn answer<'a>(failed: impl IntoIterator<Item = &'a HintMessage>) -> Value {
        let failed: Vec<_> = failed.into_iter().map(|message| json!({ "itemIdentifier": message.id })).collect();
        json!({ "batchItemFailures": failed })
    }

    /// Returns the ids that such an answer names.
    #[must_use]
    pub fn failed(answer: &Value) -> Vec<&str> {
        let failures = answer.get("batchItemFailures").and_then(Value::as_array).into_iter().flatten();
        failures.filter_map(|failure| failure.get("itemIdentifier")?.as_str()).collect()
    }
}
