//! The parameters of requests. An unknown parameter is an error: it would have an effect on AWS, but none here.

use std::ops::RangeInclusive;

use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::message::Wanted;
use super::refusal::{Code, Refusal};
use super::settings::{LONGEST_VISIBILITY, Settings};
use crate::hex::hex;

/// The parameters of a request, or of an entry of a batch.
pub(super) type Fields = Map<String, Value>;

/// The largest message, and the largest sum of the messages of a batch, in bytes.
pub(super) const LARGEST: usize = 1024 * 1024;
/// The most entries of a batch, and the most messages of a receive.
pub(super) const MOST: usize = 10;

const LONGEST_ID: usize = 128;
const DELAYS: RangeInclusive<i64> = 0..=900;
const WAITS: RangeInclusive<i64> = 0..=20;
const VISIBILITIES: RangeInclusive<i64> = 0..=LONGEST_VISIBILITY;

const OTHER_TYPE: &str = "The request include parameter that is not valid for this queue type.";

/// Reads the parameters of a kind of request.
///
/// # Errors
/// Returns a [`Refusal`] if a parameter is unknown, or has another type.
pub(super) fn parse<T: DeserializeOwned>(fields: Fields) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(fields)).map_err(malformed)
}

/// Reads the body of a request.
///
/// # Errors
/// Returns a [`Refusal`] if the body is not a JSON object.
pub(super) fn fields(body: &[u8]) -> Result<Fields, Refusal> {
    serde_json::from_slice(body).map_err(malformed)
}

fn malformed(error: serde_json::Error) -> Refusal {
    Refusal::new(Code::Serialization, error.to_string())
}

fn in_range(parameter: &str, value: Option<i64>, range: &RangeInclusive<i64>) -> Result<Option<i64>, Refusal> {
    match value {
        Some(value) if !range.contains(&value) => {
            let reason = format!("Must be between {} and {}, if provided.", range.start(), range.end());
            Err(Refusal::invalid(parameter, value, &reason))
        }
        value => Ok(value),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendMessage {
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

/// A valid message that is not sent yet.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) body: String,
    /// The delay in seconds, if it is not the queue's.
    pub(super) delay: Option<i64>,
    pub(super) group: Option<String>,
    pub(super) deduplication_id: Option<String>,
}

impl Draft {
    /// Reads a message for the queue.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if SQS does not accept the message, or not in a queue of this type.
    pub(super) fn parse(queue: &Settings, fields: Fields) -> Result<Self, Refusal> {
        let given: SendMessage = parse(fields)?;
        let body = given.message_body.filter(|body| !body.is_empty());
        let body = body.ok_or_else(|| Refusal::missing("MessageBody"))?;
        if body.len() > LARGEST {
            let message = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.";
            return Err(Refusal::new(Code::InvalidParameterValue, message));
        }
        if !body.chars().all(is_allowed) {
            let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
                           #xE000 to #xFFFD | #x10000 to #x10FFFF";
            return Err(Refusal::new(Code::InvalidMessageContents, message));
        }
        let delay = in_range("DelaySeconds", given.delay_seconds, &DELAYS)?;
        let group = checked_id("MessageGroupId", given.message_group_id)?;
        let deduplication_id = checked_id("MessageDeduplicationId", given.message_deduplication_id)?;
        if queue.is_fifo() {
            if let Some(delay) = delay {
                return Err(Refusal::invalid("DelaySeconds", delay, OTHER_TYPE));
            }
            if group.is_none() {
                return Err(Refusal::missing("MessageGroupId"));
            }
            if deduplication_id.is_none() {
                let message = "The queue should either have ContentBasedDeduplication enabled or \
                               MessageDeduplicationId provided explicitly";
                return Err(Refusal::new(Code::InvalidParameterValue, message));
            }
        } else if let Some(id) = deduplication_id {
            return Err(Refusal::invalid("MessageDeduplicationId", id, OTHER_TYPE));
        }
        Ok(Self { body, delay, group, deduplication_id })
    }

    pub(super) fn body_md5(&self) -> String {
        hex(&Md5::digest(&self.body))
    }
}

/// The characters of a message:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

fn checked_id(parameter: &str, id: Option<String>) -> Result<Option<String>, Refusal> {
    match id {
        Some(id) if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let reason = format!(
                "{parameter} can only include alphanumeric and punctuation characters. 1 to {LONGEST_ID} in length."
            );
            Err(Refusal::invalid(parameter, id, &reason))
        }
        id => Ok(id),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct ReceiveMessage {
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    /// Messages have no attributes of their own here.
    #[serde(rename = "MessageAttributeNames")]
    _message_attribute_names: Vec<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
}

/// What a receiver requests.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) most: usize,
    /// In seconds.
    pub(super) visibility: i64,
    /// In seconds.
    pub(super) wait: i64,
    pub(super) attributes: Wanted,
}

impl Wish {
    /// Reads a receiver's request.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if a parameter is out of its range, or SQS does not know an attribute.
    pub(super) fn parse(queue: &Settings, fields: Fields) -> Result<Self, Refusal> {
        let mut given: ReceiveMessage = parse(fields)?;
        let most = in_range("MaxNumberOfMessages", given.max_number_of_messages, &(1..=10))?;
        given.attribute_names.append(&mut given.message_system_attribute_names);
        Ok(Self {
            most: most.and_then(|most| usize::try_from(most).ok()).unwrap_or(1),
            visibility: in_range("VisibilityTimeout", given.visibility_timeout, &VISIBILITIES)?
                .unwrap_or(queue.visibility),
            wait: in_range("WaitTimeSeconds", given.wait_time_seconds, &WAITS)?.unwrap_or(0),
            attributes: Wanted::parse(given.attribute_names)?,
        })
    }
}

/// The parameters of DeleteMessage.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteMessage {
    pub(super) receipt_handle: Option<String>,
}

/// The parameters of ChangeMessageVisibility.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeMessageVisibility {
    pub(super) receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

impl ChangeMessageVisibility {
    /// The new timeout in seconds.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if the timeout is missing or out of its range.
    pub(super) fn seconds(&self) -> Result<i64, Refusal> {
        let seconds = in_range("VisibilityTimeout", self.visibility_timeout, &VISIBILITIES)?;
        seconds.ok_or_else(|| Refusal::missing("VisibilityTimeout"))
    }
}

/// The parameters of GetQueueUrl.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueUrl {
    pub(super) queue_name: Option<String>,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    pub(super) owner: Option<String>,
}

/// The parameters of GetQueueAttributes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct GetQueueAttributes {
    pub(super) attribute_names: Vec<String>,
}
