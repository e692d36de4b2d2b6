//! One queue: which messages a receiver gets, and what a receipt handle can do. It is a function of the time that the
//! caller names. Times are in milliseconds since 1970.

use std::collections::{HashMap, HashSet};

use super::message::Message;
use super::receipt::Receipt;
use super::refusal::{Code, Refusal};
use super::requests::Draft;
use super::settings::{LONGEST_VISIBILITY, Settings};

const SECOND: i64 = 1000;
/// How long a FIFO queue remembers a deduplication id.
const DEDUPLICATION: i64 = 5 * 60 * SECOND;

const EXPIRED: &str = "The receipt handle has expired.";
const UNAVAILABLE: &str = "Message does not exist or is not available for visibility timeout change.";

/// A queue with its messages, in the order of sending.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) settings: Settings,
    pub(super) created_at: i64,
    messages: Vec<Message>,
    /// The messages of the last minutes, by group and deduplication id.
    known: HashMap<(String, String), Known>,
    last_sequence: u64,
}

#[derive(Debug)]
struct Known {
    sent: Sent,
    until: i64,
}

/// The answer to a sender.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) message_id: String,
    pub(super) body_md5: String,
    pub(super) sequence: Option<String>,
}

/// The result of a receive.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) messages: Vec<Message>,
    /// Messages that were received too often. They are no longer in the queue.
    pub(super) dead: Vec<Message>,
    /// The next time at which another message may be available.
    pub(super) next: Option<i64>,
}

impl Queue {
    pub(super) fn new(settings: Settings, now: i64) -> Self {
        Self { settings, created_at: now, messages: Vec::new(), known: HashMap::new(), last_sequence: 0 }
    }

    /// Adds a message, unless the queue knows its deduplication id.
    pub(super) fn send(&mut self, now: i64, draft: Draft) -> Sent {
        self.forget(now);
        let key = draft.group.clone().zip(draft.deduplication_id.clone()).filter(|_| self.settings.is_fifo());
        if let Some(known) = key.as_ref().and_then(|key| self.known.get(key)) {
            return known.sent.clone();
        }
        let sent = Sent {
            message_id: uuid::Uuid::new_v4().to_string(),
            body_md5: draft.body_md5(),
            sequence: self.next_sequence(),
        };
        if let Some(key) = key {
            self.known.insert(key, Known { sent: sent.clone(), until: now + DEDUPLICATION });
        }
        self.messages.push(Message {
            id: sent.message_id.clone(),
            body: draft.body,
            body_md5: sent.body_md5.clone(),
            group: draft.group,
            deduplication_id: draft.deduplication_id,
            sequence: sent.sequence.clone(),
            sent_at: now,
            visible_at: now + draft.delay.unwrap_or(self.settings.delay) * SECOND,
            receives: 0,
            first_received_at: None,
            last_received_at: now,
            source_arn: None,
        });
        sent
    }

    /// Adds a message of another queue. It is visible at once, and keeps its id, its time and its number of receives.
    pub(super) fn bury(&mut self, now: i64, mut message: Message, source_arn: String) {
        message.visible_at = now;
        message.sequence = self.next_sequence();
        message.source_arn = Some(source_arn);
        self.messages.push(message);
    }

    /// Gives up to `most` messages to a receiver and hides them for `visibility` seconds.
    pub(super) fn receive(&mut self, now: i64, most: usize, visibility: i64) -> Taken {
        self.forget(now);
        let limit = self.settings.redrive.map(|redrive| redrive.max_receive_count);
        let (mut messages, mut dead) = (Vec::new(), Vec::new());
        for index in self.available(now) {
            if messages.len() == most {
                break;
            }
            let message = &mut self.messages[index];
            if limit.is_some_and(|limit| message.receives >= limit) {
                dead.push(message.clone());
                continue;
            }
            message.receives += 1;
            message.first_received_at.get_or_insert(now);
            message.last_received_at = now;
            message.visible_at = now + visibility * SECOND;
            messages.push(message.clone());
        }
        let is_dead: HashSet<_> = dead.iter().map(|message| message.id.clone()).collect();
        self.messages.retain(|message| !is_dead.contains(&message.id));
        let next = self.messages.iter().map(|message| message.visible_at).filter(|at| *at > now).min();
        Taken { messages, dead, next }
    }

    /// The places of the available messages, in the order of delivery.
    ///
    /// A standard queue promises no order; this one has the order of sending. A FIFO queue gives the messages of a
    /// group in order, one group after the other. A group with a message in flight is locked, and a delayed message
    /// blocks the later ones of its group.
    fn available(&self, now: i64) -> Vec<usize> {
        let visible = |index: &usize| self.messages[*index].visible_at <= now;
        if !self.settings.is_fifo() {
            return (0..self.messages.len()).filter(visible).collect();
        }
        let in_flight = self.messages.iter().filter(|message| message.is_in_flight(now));
        let mut locked: HashSet<_> = in_flight.map(|message| &message.group).collect();
        let (mut groups, mut place_of_group) = (Vec::<Vec<usize>>::new(), HashMap::new());
        for (index, message) in self.messages.iter().enumerate() {
            if locked.contains(&message.group) {
                continue;
            }
            if message.visible_at > now {
                locked.insert(&message.group);
                continue;
            }
            let place = *place_of_group.entry(&message.group).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[place].push(index);
        }
        groups.concat()
    }

    /// Deletes a message. Deleting it again has no effect. An old handle deletes nothing: on AWS it may, in a standard
    /// queue.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if the handle of a FIFO queue's message has expired.
    pub(super) fn delete(&mut self, now: i64, receipt: &Receipt, handle: &str) -> Result<(), Refusal> {
        let Some(index) = self.messages.iter().position(|message| message.id == receipt.message_id) else {
            return Ok(());
        };
        let message = &self.messages[index];
        let is_newest = message.receives == receipt.receive;
        if self.settings.is_fifo() && !(is_newest && message.is_in_flight(now)) {
            return Err(Refusal::invalid("ReceiptHandle", handle, EXPIRED));
        }
        if is_newest {
            self.messages.remove(index);
        }
        Ok(())
    }

    /// Hides a message in flight for `seconds` from now.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if the message is not in flight by this handle, or would be hidden for more than 12 hours
    /// after its receive.
    pub(super) fn hide(&mut self, now: i64, receipt: &Receipt, handle: &str, seconds: i64) -> Result<(), Refusal> {
        let is_fifo = self.settings.is_fifo();
        let found = self.messages.iter_mut().find(|message| message.id == receipt.message_id);
        let message = found.ok_or_else(|| Refusal::invalid("ReceiptHandle", handle, UNAVAILABLE))?;
        let is_newest = message.receives == receipt.receive;
        if is_fifo && !(is_newest && message.is_in_flight(now)) {
            return Err(Refusal::invalid("ReceiptHandle", handle, EXPIRED));
        }
        if !is_newest {
            return Err(Refusal::invalid("ReceiptHandle", handle, UNAVAILABLE));
        }
        if !message.is_in_flight(now) {
            return Err(Refusal::new(Code::MessageNotInflight, "The message is not in flight."));
        }
        let visible_at = now + seconds * SECOND;
        if visible_at > message.last_received_at + LONGEST_VISIBILITY * SECOND {
            let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
            return Err(Refusal::invalid("VisibilityTimeout", seconds, reason));
        }
        message.visible_at = visible_at;
        Ok(())
    }

    /// The messages that the queue still keeps.
    pub(super) fn kept(&mut self, now: i64) -> &[Message] {
        self.forget(now);
        &self.messages
    }

    /// Forgets what is too old.
    fn forget(&mut self, now: i64) {
        let retention = self.settings.retention * SECOND;
        self.messages.retain(|message| message.sent_at + retention > now);
        self.known.retain(|_, known| known.until > now);
    }

    fn next_sequence(&mut self) -> Option<String> {
        self.last_sequence += 1;
        self.settings.is_fifo().then(|| format!("{:020}", self.last_sequence))
    }
}
