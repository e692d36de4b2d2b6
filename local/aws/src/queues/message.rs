//! A message, and how ReceiveMessage describes it.

use serde_json::{Map, Value, json};

use super::receipt;
use super::refusal::{Code, Refusal};

/// The system attributes that SQS knows.
const ATTRIBUTES: [&str; 10] = [
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
];

/// The sender of all messages.
const SENDER: &str = "AIDALOCALLOCALLOCALLO";

/// A message of a queue. Times are in milliseconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) body_md5: String,
    pub(super) group: Option<String>,
    pub(super) deduplication_id: Option<String>,
    /// The number of the message in a FIFO queue.
    pub(super) sequence: Option<String>,
    pub(super) sent_at: i64,
    /// The message is hidden before this time.
    pub(super) visible_at: i64,
    pub(super) receives: u32,
    pub(super) first_received_at: Option<i64>,
    pub(super) last_received_at: i64,
    /// The queue from which the message was moved to its dead-letter queue.
    pub(super) source_arn: Option<String>,
}

impl Message {
    /// Whether a receiver has the message.
    pub(super) fn is_in_flight(&self, now: i64) -> bool {
        self.receives > 0 && self.visible_at > now
    }

    /// Whether the message is hidden because its delay has not ended.
    pub(super) fn is_delayed(&self, now: i64) -> bool {
        self.receives == 0 && self.visible_at > now
    }

    /// The element of `Messages`.
    pub(super) fn describe(&self, queue: &str, wanted: &Wanted) -> Value {
        let attributes = [
            ("SenderId", Some(SENDER.to_owned())),
            ("SentTimestamp", Some(self.sent_at.to_string())),
            ("ApproximateReceiveCount", Some(self.receives.to_string())),
            ("ApproximateFirstReceiveTimestamp", self.first_received_at.map(|it| it.to_string())),
            ("SequenceNumber", self.sequence.clone()),
            ("MessageDeduplicationId", self.deduplication_id.clone()),
            ("MessageGroupId", self.group.clone()),
            ("DeadLetterQueueSourceArn", self.source_arn.clone()),
        ];
        let attributes = attributes.into_iter().filter(|(name, _)| wanted.has(name));
        let attributes: Map<_, _> =
            attributes.filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect();
        let mut message = json!({
            "MessageId": self.id,
            "ReceiptHandle": receipt::handle(queue, &self.id, self.receives),
            "MD5OfBody": self.body_md5,
            "Body": self.body,
        });
        if !attributes.is_empty() {
            message["Attributes"] = Value::Object(attributes);
        }
        message
    }
}

/// The system attributes that a receiver requests.
#[derive(Debug)]
pub(super) struct Wanted(Vec<String>);

impl Wanted {
    /// Checks the names.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if SQS does not know a name.
    pub(super) fn parse(names: Vec<String>) -> Result<Self, Refusal> {
        match names.iter().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
            Some(name) => Err(Refusal::new(Code::InvalidAttributeName, format!("Unknown Attribute {name}."))),
            None => Ok(Self(names)),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|it| it == name || it == "All")
    }
}
