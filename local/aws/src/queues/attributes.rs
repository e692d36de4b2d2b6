//! The answer of GetQueueAttributes.

use serde_json::{Map, Value, json};

use super::message::Message;
use super::queue::Queue;
use super::refusal::{Code, Refusal};
use super::requests::{Fields, LARGEST};
use super::settings;

/// Attributes that SQS knows, and that no queue here has.
const UNSET: [&str; 4] = ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "RedriveAllowPolicy"];
/// Attributes of FIFO queues. A standard queue omits them.
const FIFO_ONLY: [&str; 4] = ["ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"];

/// The attributes with these names. `All` stands for all of them, and no name for none.
///
/// # Errors
/// Returns a [`Refusal`] if SQS does not know a name.
pub(super) fn describe(queue: &mut Queue, now: i64, names: &[String]) -> Result<Fields, Refusal> {
    let all = all(queue, now);
    let is_known = |name: &str| {
        name == "All"
            || name == "RedrivePolicy"
            || [UNSET, FIFO_ONLY].concat().contains(&name)
            || all.contains_key(name)
    };
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        return Err(Refusal::new(Code::InvalidAttributeName, format!("Unknown Attribute {name}.")));
    }
    let is_wanted = |name: &str| names.iter().any(|it| it == name || it == "All");
    let wanted: Map<_, _> = all.into_iter().filter(|(name, _)| is_wanted(name)).collect();
    if wanted.is_empty() {
        return Ok(Map::new());
    }
    Ok(Map::from_iter([("Attributes".to_owned(), Value::Object(wanted))]))
}

fn all(queue: &mut Queue, now: i64) -> Map<String, Value> {
    let (settings, created) = (queue.settings, (queue.created_at / 1000).to_string());
    let messages = queue.kept(now);
    let count = |is: &dyn Fn(&Message) -> bool| messages.iter().filter(|message| is(message)).count().to_string();
    let (in_flight, delayed) = (count(&|message| message.is_in_flight(now)), count(&|message| message.is_delayed(now)));
    let mut all = vec![
        ("ApproximateNumberOfMessages", count(&|message| message.visible_at <= now)),
        ("ApproximateNumberOfMessagesDelayed", delayed),
        ("ApproximateNumberOfMessagesNotVisible", in_flight),
        ("CreatedTimestamp", created.clone()),
        ("DelaySeconds", settings.delay.to_string()),
        ("LastModifiedTimestamp", created),
        ("MaximumMessageSize", LARGEST.to_string()),
        ("MessageRetentionPeriod", settings.retention.to_string()),
        ("QueueArn", settings.arn()),
        ("ReceiveMessageWaitTimeSeconds", "0".to_owned()),
        ("SqsManagedSseEnabled", "true".to_owned()),
        ("VisibilityTimeout", settings.visibility.to_string()),
    ];
    if settings.is_fifo() {
        all.extend([
            ("ContentBasedDeduplication", "false".to_owned()),
            ("DeduplicationScope", "messageGroup".to_owned()),
            ("FifoQueue", "true".to_owned()),
            ("FifoThroughputLimit", "perMessageGroupId".to_owned()),
        ]);
    }
    if let Some(redrive) = settings.redrive {
        let target = settings::arn(redrive.dead_letter_queue);
        let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": redrive.max_receive_count });
        all.push(("RedrivePolicy", policy.to_string()));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}
