//! The operations that change a message, one at a time or as a batch.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::queue::Queue;
use super::receipt;
use super::refusal::{Code, Refusal};
use super::requests::{self, ChangeMessageVisibility, DeleteMessage, Draft, Fields, LARGEST, MOST};

/// A change of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Send,
    Delete,
    Hide,
}

/// Applies a change. Returns the answer, which is also the element of `Successful` of a batch, without its `Id`.
///
/// # Errors
/// Returns a [`Refusal`] if SQS does not accept the change. Then it has no effect.
pub(super) fn apply(queue: &mut Queue, now: i64, change: Change, fields: Fields) -> Result<Fields, Refusal> {
    let mut answer = Map::new();
    match change {
        Change::Send => {
            let sent = queue.send(now, Draft::parse(&queue.settings, fields)?);
            answer.insert("MessageId".to_owned(), json!(sent.message_id));
            answer.insert("MD5OfMessageBody".to_owned(), json!(sent.body_md5));
            if let Some(sequence) = sent.sequence {
                answer.insert("SequenceNumber".to_owned(), json!(sequence));
            }
        }
        Change::Delete => {
            let given: DeleteMessage = requests::parse(fields)?;
            let handle = given.receipt_handle.as_deref();
            let receipt = receipt::read(queue.settings.name, handle)?;
            queue.delete(now, &receipt, handle.unwrap_or_default())?;
        }
        Change::Hide => {
            let given: ChangeMessageVisibility = requests::parse(fields)?;
            let (handle, seconds) = (given.receipt_handle.as_deref(), given.seconds()?);
            let receipt = receipt::read(queue.settings.name, handle)?;
            queue.hide(now, &receipt, handle.unwrap_or_default(), seconds)?;
        }
    }
    Ok(answer)
}

/// Applies a change to each entry of a batch. An entry that is not accepted fails alone.
///
/// # Errors
/// Returns a [`Refusal`] if SQS does not accept the batch. Then it has no effect.
pub(super) fn apply_all(queue: &mut Queue, now: i64, change: Change, mut fields: Fields) -> Result<Fields, Refusal> {
    let entries = entries(fields.remove("Entries"), change)?;
    if let Some(name) = fields.keys().next() {
        return Err(Refusal::new(Code::Serialization, format!("unknown field `{name}`")));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in entries {
        match apply(queue, now, change, entry) {
            Ok(mut answer) => {
                answer.insert("Id".to_owned(), json!(id));
                successful.push(Value::Object(answer));
            }
            Err(refusal) => failed.push(refusal.entry(&id)),
        }
    }
    let parts = [("Successful", successful), ("Failed", failed)].into_iter().filter(|(_, list)| !list.is_empty());
    Ok(parts.map(|(name, list)| (name.to_owned(), json!(list))).collect())
}

/// Checks what the entries of a batch have in common. Returns each entry with its id.
fn entries(entries: Option<Value>, change: Change) -> Result<Vec<(String, Fields)>, Refusal> {
    let entries = match entries {
        Some(entries) => serde_json::from_value::<Vec<Fields>>(entries)
            .map_err(|error| Refusal::new(Code::Serialization, error.to_string()))?,
        None => Vec::new(),
    };
    if entries.is_empty() {
        return Err(Refusal::new(Code::EmptyBatchRequest, "There should be at least one entry in the request."));
    }
    if entries.len() > MOST {
        let message = format!("Maximum number of entries per request are {MOST}. You have sent {}.", entries.len());
        return Err(Refusal::new(Code::TooManyEntriesInBatchRequest, message));
    }
    let mut ids = HashSet::new();
    let mut identified = Vec::new();
    for mut entry in entries {
        let id = entry.remove("Id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
        if !is_entry_id(&id) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can \
                           be at most 80 letters long.";
            return Err(Refusal::new(Code::InvalidBatchEntryId, message));
        }
        if !ids.insert(id.clone()) {
            return Err(Refusal::new(Code::BatchEntryIdsNotDistinct, format!("Id {id} repeated.")));
        }
        identified.push((id, entry));
    }
    let bodies = identified.iter().filter_map(|(_, entry)| entry.get("MessageBody")?.as_str());
    let size: usize = bodies.map(str::len).sum();
    if change == Change::Send && size > LARGEST {
        let message = format!("Batch requests cannot be longer than {LARGEST} bytes. You have sent {size} bytes.");
        return Err(Refusal::new(Code::BatchRequestTooLong, message));
    }
    Ok(identified)
}

fn is_entry_id(id: &str) -> bool {
    (1..=80).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
