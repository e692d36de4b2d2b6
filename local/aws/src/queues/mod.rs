//! The embedded SQS, in the [JSON
//! protocol](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html).
//!
//! It is our own, although [winterbaume](https://docs.rs/winterbaume-sqs) 0.2 has an SQS as well. That one reads the
//! machine's clock, so a test could see a delay, a timeout or a redrive only by waiting for minutes. It stores no
//! message group, so a FIFO queue keeps neither order nor locks. It accepts each old receipt handle and messages of any
//! size, and a message in a dead-letter queue counts its receives from zero, unlike AWS's.
//!
//! Only the operations that a deployment calls are here. Others are refused, and so are parameters that would have no
//! effect, such as message attributes. Where AWS leaves a choice, this service takes the one that a caller is less
//! likely to expect: an old receipt handle of a standard queue deletes nothing. A standard queue has the order of
//! sending all the same, because a failure of a random order could not be repeated.
//!
//! Messages are in memory, also when tables and secrets are saved: a message only announces what a table contains, and
//! a restart may lose it. Each start creates the queues of [`settings`], with the current attributes.

mod attributes;
mod changes;
mod message;
mod queue;
mod receipt;
mod refusal;
mod requests;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use self::changes::Change;
use self::queue::{Queue, Taken};
use self::refusal::{Code, Refusal};
use self::requests::{Fields, GetQueueAttributes, GetQueueUrl, Wish};
use self::settings::{ACCOUNT, QUEUES, Settings};
use crate::answer::{self, AWS_JSON_1_0, Answer};
use crate::clock::Clock;

/// The queues of one running instance.
pub(crate) struct Queues {
    endpoint: String,
    clock: Clock,
    queues: Mutex<BTreeMap<&'static str, Queue>>,
    /// Reports each change of a queue to waiting receivers.
    changed: watch::Sender<()>,
    stopped: watch::Receiver<bool>,
}

impl fmt::Debug for Queues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queues").finish_non_exhaustive()
    }
}

/// An operation on a queue.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Attributes,
    Receive,
    Change(Change),
    ChangeAll(Change),
}

impl Operation {
    fn parse(name: &str) -> Result<Self, Refusal> {
        Ok(match name {
            "GetQueueAttributes" => Self::Attributes,
            "ReceiveMessage" => Self::Receive,
            "SendMessage" => Self::Change(Change::Send),
            "SendMessageBatch" => Self::ChangeAll(Change::Send),
            "DeleteMessage" => Self::Change(Change::Delete),
            "DeleteMessageBatch" => Self::ChangeAll(Change::Delete),
            "ChangeMessageVisibility" => Self::Change(Change::Hide),
            "ChangeMessageVisibilityBatch" => Self::ChangeAll(Change::Hide),
            _ => {
                let message = format!("The embedded SQS has no operation {name}.");
                return Err(Refusal::new(Code::UnsupportedOperation, message));
            }
        })
    }
}

impl Queues {
    /// Creates the queues. Waiting receivers get an empty answer when `stopped` becomes true or its sender is dropped.
    pub(crate) fn new(endpoint: String, clock: Clock, stopped: watch::Receiver<bool>) -> Self {
        let now = clock.now_ms();
        let queues = QUEUES.map(|settings| (settings.name, Queue::new(settings, now))).into();
        Self { endpoint, clock, queues: Mutex::new(queues), changed: watch::Sender::new(()), stopped }
    }

    /// Answers a request.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Answer {
        match self.perform(operation(request.headers()), request.body()).await {
            Ok(fields) => answer::json(StatusCode::OK, AWS_JSON_1_0, &Value::Object(fields)),
            Err(refusal) => refusal.answer(),
        }
    }

    async fn perform(&self, operation: &str, body: &[u8]) -> Result<Fields, Refusal> {
        let mut fields = requests::fields(body)?;
        if operation == "GetQueueUrl" {
            return self.find(requests::parse(fields)?);
        }
        let operation = Operation::parse(operation)?;
        let settings = by_url(fields.remove("QueueUrl").as_ref())?;
        match operation {
            Operation::Receive => self.receive(settings.name, Wish::parse(settings, fields)?).await,
            Operation::Attributes => {
                let given: GetQueueAttributes = requests::parse(fields)?;
                self.with(settings.name, |queue, now| attributes::describe(queue, now, &given.attribute_names))
            }
            Operation::Change(change) => {
                self.change(settings.name, |queue, now| changes::apply(queue, now, change, fields))
            }
            Operation::ChangeAll(change) => {
                self.change(settings.name, |queue, now| changes::apply_all(queue, now, change, fields))
            }
        }
    }

    fn find(&self, given: GetQueueUrl) -> Result<Fields, Refusal> {
        let name = given.queue_name.ok_or_else(|| Refusal::missing("QueueName"))?;
        if given.owner.is_some_and(|owner| owner != ACCOUNT) || !QUEUES.iter().any(|queue| queue.name == name) {
            return Err(Refusal::no_queue());
        }
        Ok(Map::from_iter([("QueueUrl".to_owned(), json!(url(&self.endpoint, &name)))]))
    }

    /// Waits until there is a message, or until the time of the request ends. A receiver that disconnects gets nothing.
    async fn receive(&self, name: &str, wish: Wish) -> Result<Fields, Refusal> {
        let mut stopped = self.stopped.clone();
        // An error means that the sender is dropped, which is a stop as well.
        let stopped = async { drop(stopped.wait_for(|it| *it).await) };
        tokio::select! {
            taken = self.take(name, &wish) => taken,
            () = stopped => Ok(Map::new()),
        }
    }

    async fn take(&self, name: &str, wish: &Wish) -> Result<Fields, Refusal> {
        let deadline = self.clock.now_ms() + wish.wait * 1000;
        let (mut changed, mut moved) = (self.changed.subscribe(), self.clock.moves());
        loop {
            // A change from here on ends the pause below.
            changed.mark_unchanged();
            moved.forget();
            let now = self.clock.now_ms();
            let taken = self.take_now(name, now, wish)?;
            if !taken.messages.is_empty() {
                let messages: Vec<_> =
                    taken.messages.iter().map(|message| message.describe(name, &wish.attributes)).collect();
                return Ok(Map::from_iter([("Messages".to_owned(), json!(messages))]));
            }
            if now >= deadline {
                return Ok(Map::new());
            }
            let end = taken.next.map_or(deadline, |next| next.min(deadline));
            let pause = Duration::from_millis(u64::try_from(end - now).unwrap_or(0));
            tokio::select! {
                _ = changed.changed() => {}
                () = moved.next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes the available messages, and moves those that were received too often to the dead-letter queue.
    fn take_now(&self, name: &str, now: i64, wish: &Wish) -> Result<Taken, Refusal> {
        let mut queues = self.queues();
        let source = queues.get_mut(name).ok_or_else(Refusal::no_queue)?;
        let taken = source.receive(now, wish.most, wish.visibility);
        let (arn, redrive) = (source.settings.arn(), source.settings.redrive);
        if let Some(target) = redrive.and_then(|redrive| queues.get_mut(redrive.dead_letter_queue)) {
            for message in &taken.dead {
                target.bury(now, message.clone(), arn.clone());
            }
        }
        drop(queues);
        if !taken.dead.is_empty() {
            self.changed.send_replace(());
        }
        Ok(taken)
    }

    /// Changes a queue.
    fn change<T>(&self, name: &str, work: impl FnOnce(&mut Queue, i64) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let done = self.with(name, work)?;
        self.changed.send_replace(());
        Ok(done)
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Queue, i64) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let now = self.clock.now_ms();
        work(self.queues().get_mut(name).ok_or_else(Refusal::no_queue)?, now)
    }

    /// Locks the queues. No operation leaves half a change after a panic, so a poisoned lock is used on.
    fn queues(&self) -> MutexGuard<'_, BTreeMap<&'static str, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The URL of a queue. It contains the endpoint of this instance, but a client can use any name of this machine.
pub(crate) fn url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}

/// The queue of a URL.
fn by_url(url: Option<&Value>) -> Result<&'static Settings, Refusal> {
    let path = url.and_then(Value::as_str).and_then(|url| url.split_once("://")?.1.split_once('/'));
    let found = path.and_then(|(_, path)| path.split_once('/')).filter(|(account, _)| *account == ACCOUNT);
    found.and_then(|(_, name)| QUEUES.iter().find(|queue| queue.name == name)).ok_or_else(Refusal::no_queue)
}

fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    target.and_then(|it| it.strip_prefix("AmazonSQS.")).unwrap_or_default()
}
