//! The behaviour of SQS that the functions need. Tests move the clock of the queues instead of waiting.

mod batches;
mod fifo;
mod redrive;
mod refusals;
mod standard;
mod waits;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use jiff::SignedDuration;
use local_aws::{Clock, LocalAws};

use crate::client::sqs;

pub(crate) const DELIVERIES: &str = "bunq-tpp-deliveries";
pub(crate) const DEAD_DELIVERIES: &str = "bunq-tpp-deliveries-dlq";
pub(crate) const HINTS: &str = "bunq-tpp-hints.fifo";
pub(crate) const DEAD_HINTS: &str = "bunq-tpp-hints-dlq.fifo";

/// A queue of an instance, as a client uses it. The clock of the instance stands still.
pub(crate) struct TestQueue {
    client: aws_sdk_sqs::Client,
    url: String,
    clock: Clock,
}

impl TestQueue {
    pub(crate) fn of(aws: &LocalAws, name: &str) -> Self {
        aws.clock().freeze();
        Self { client: sqs(aws), url: aws.queue_url(name), clock: aws.clock().clone() }
    }

    /// Lets seconds pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Sends a message to a standard queue. Returns its id.
    pub(crate) async fn send(&self, body: &str) -> String {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await.unwrap();
        sent.message_id.unwrap()
    }

    /// Sends a message to a group of a FIFO queue. The body is the deduplication id, too. Returns the message's id.
    async fn send_to(&self, group: &str, body: &str) -> String {
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = send.message_group_id(group).message_deduplication_id(body).send().await.unwrap();
        sent.message_id.unwrap()
    }

    /// Receives up to ten messages, without waiting.
    async fn receive(&self) -> Vec<Message> {
        self.receive_up_to(10).await
    }

    async fn receive_up_to(&self, most: i32) -> Vec<Message> {
        let receive = self.client.receive_message().queue_url(&self.url).max_number_of_messages(most);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.send().await.unwrap().messages.unwrap_or_default()
    }

    /// The bodies of up to ten messages.
    pub(crate) async fn bodies(&self) -> Vec<String> {
        bodies(&self.receive().await)
    }

    async fn delete(&self, message: &Message) {
        let delete = self.client.delete_message().queue_url(&self.url);
        delete.receipt_handle(handle(message)).send().await.unwrap();
    }

    async fn hide(&self, message: &Message, seconds: i32) {
        let change = self.client.change_message_visibility().queue_url(&self.url);
        change.receipt_handle(handle(message)).visibility_timeout(seconds).send().await.unwrap();
    }
}

fn handle(message: &Message) -> &str {
    message.receipt_handle().unwrap()
}

fn bodies(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| message.body().unwrap().to_owned()).collect()
}

#[track_caller]
fn attribute(message: &Message, name: MessageSystemAttributeName) -> &str {
    &message.attributes().unwrap()[&name]
}
