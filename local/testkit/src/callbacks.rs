//! Callbacks of the bank: sent as the bank sends them, and handled as Lambda's event source hands them to the worker.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use shared::http::App;
use url::Url;

use crate::{Answer, JsonBody as _, TestApp};

/// The delay of the queue of hints, in seconds.
const DELAY: i64 = 2;

/// Returns the body of a callback about an object: the kind that bunq names, and the object.
#[must_use]
pub fn callback(category: &str, kind: &str, object: &Value) -> Value {
    json!({ "NotificationUrl": {
        "target_url": "https://tpp.example/hooks/bunq/…",
        "category": category,
        "event_type": format!("{category}_CREATED"),
        "object": { kind: object },
    } })
}

impl TestApp {
    /// Returns the address to which the bank sends callbacks about a customer.
    pub async fn callback_address(&self, user_id: &str) -> Url {
        let user_id = user_id.parse().expect("a user_id");
        self.compose().await.tpp.callbacks.address(user_id).await.expect("an address")
    }

    /// Sends a callback to an address, as the bank does.
    pub async fn call_back(&self, address: &Url, body: &Value) -> Answer {
        self.send(self.request(Method::POST, address.as_str()).json_body(body)).await
    }

    /// Starts a worker process.
    pub async fn worker(&self) -> Worker {
        Worker(self.compose().await)
    }

    /// Advances the clock of the queues.
    pub fn advance_queues(&self, seconds: i64) {
        self.aws.clock().advance(SignedDuration::from_secs(seconds));
    }

    /// Lets a new worker handle everything in the queue whose delay has ended or ends now. Returns the number of
    /// messages that it handled.
    pub async fn work(&self) -> usize {
        self.advance_queues(DELAY);
        let (worker, mut handled) = (self.worker().await, 0);
        // An empty queue would make the receiver wait for a second.
        while self.messages("bunq-tpp-hints.fifo", &["ApproximateNumberOfMessages"]).await > 0 {
            match worker.once().await.expect("the queue and the worker answer") {
                (0, _) => break,
                (_, done) => handled += done,
            }
        }
        handled
    }

    /// Returns the numbers of messages in the queue of hints, and in its dead-letter queue.
    pub async fn hints_left(&self) -> (u64, u64) {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        (self.messages("bunq-tpp-hints.fifo", &names).await, self.messages("bunq-tpp-hints-dlq.fifo", &names).await)
    }

    /// Returns the sum of these attributes of a queue.
    async fn messages(&self, queue: &str, attributes: &[&str]) -> u64 {
        let asked = json!({ "QueueUrl": self.aws.queue_url(queue), "AttributeNames": attributes });
        let answer = self.aws_call("AmazonSQS.GetQueueAttributes", asked).await;
        let number = |name: &&str| answer["Attributes"][*name].as_str().expect("a number").parse::<u64>();
        attributes.iter().map(|name| number(name).expect("a number")).sum()
    }

    /// Returns the bodies of all messages of the queue that are visible after its delay. They stay visible.
    pub async fn hints(&self) -> Vec<Value> {
        self.advance_queues(DELAY);
        let asked = json!({
            "QueueUrl": self.aws.queue_url("bunq-tpp-hints.fifo"),
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 0,
        });
        let answer = self.aws_call("AmazonSQS.ReceiveMessage", asked).await;
        let messages = answer["Messages"].as_array().into_iter().flatten();
        messages.map(|message| serde_json::from_str(message["Body"].as_str().expect("a text")).expect("JSON")).collect()
    }
}

/// A worker process, with the event source that invokes it.
#[derive(Clone, Debug)]
pub struct Worker(App);

impl Worker {
    /// Receives one batch, and lets the worker handle it. Returns how many messages were received and deleted.
    ///
    /// # Errors
    /// Returns the problem's text if the queue or the worker fails.
    pub async fn once(&self) -> Result<(usize, usize), String> {
        local::work_once(&self.0).await.map_err(|problem| problem.to_string())
    }

    /// Works until no message is visible. Returns the number of messages that were deleted.
    pub async fn drain(&self) -> usize {
        let mut handled = 0;
        loop {
            match self.once().await.expect("the queue and the worker answer") {
                (0, _) => return handled,
                (_, done) => handled += done,
            }
        }
    }
}
