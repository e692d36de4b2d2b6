//! The queue of hints in SQS: what callbacks of the bank may concern, until it was read from the bank.
//!
//! The queue is of the type FIFO. Hints of one group are handled one after another, and a hint that is sent twice
//! within five minutes is in the queue once. Nothing relies on either: the store decides what is new.

mod batch;
mod error;
mod message;

use std::{fmt, sync::LazyLock};

use aws_sdk_sqs::{Client, types::MessageSystemAttributeName};
use bunq_client::types::secret::sha256_hex;

use crate::types::{hint::Hint, ids::UserId};

pub use batch::{BatchError, HintBatch};
pub use error::QueueError;
pub use message::HintMessage;

/// How many messages one call receives at most.
const MOST_RECEIVED: i32 = 10;
/// How long a receiver waits for a message, in seconds. It is less than the timeout of a call.
const LONGEST_WAIT: i32 = 1;

/// Makes the client at its first use, because most functions use no queue.
type MakeClient = Box<dyn FnOnce() -> Option<Client> + Send>;

/// The queue of hints.
pub struct HintQueue {
    url: String,
    client: LazyLock<Option<Client>, MakeClient>,
}

impl fmt::Debug for HintQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HintQueue")
    }
}

impl HintQueue {
    /// Returns access to the queue at this URL. Sends no request.
    pub(crate) fn new(url: &str, make: impl FnOnce() -> Option<Client> + Send + 'static) -> Self {
        Self { url: url.to_owned(), client: LazyLock::new(Box::new(make)) }
    }

    fn client(&self) -> Result<&Client, QueueError> {
        self.client.as_ref().ok_or_else(|| QueueError::Misconfigured("the client cannot start".to_owned()))
    }

    /// Sends a hint. `cause` is what it was made of: if the same customer's hint of the same cause was sent within the
    /// last five minutes, SQS drops this one.
    ///
    /// # Errors
    /// Returns [`QueueError`] if SQS does not take it. It may be in the queue all the same.
    pub async fn send(&self, hint: &Hint, cause: &[u8]) -> Result<(), QueueError> {
        let body = serde_json::to_string(hint).map_err(|_| QueueError::Unwritable)?;
        let send = self.client()?.send_message().queue_url(&self.url).message_body(body);
        send.message_group_id(hint.group()).message_deduplication_id(name(hint.user_id, cause)).send().await?;
        Ok(())
    }

    /// Sends a hint that was made of another one.
    ///
    /// # Errors
    /// Returns the errors of [`Self::send`].
    pub async fn send_again(&self, hint: &Hint) -> Result<(), QueueError> {
        // Its time differs at each try, and a repeated try must not add another.
        let mut cause = hint.clone();
        cause.not_before = None;
        self.send(hint, &serde_json::to_vec(&cause).map_err(|_| QueueError::Unwritable)?).await
    }

    /// Receives at most ten messages. If there is none, waits for a second. On AWS, the event source of the function
    /// does this.
    ///
    /// # Errors
    /// Returns [`QueueError`] if SQS does not answer.
    pub async fn receive(&self) -> Result<Vec<HintMessage>, QueueError> {
        let receive = self.client()?.receive_message().queue_url(&self.url).max_number_of_messages(MOST_RECEIVED);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = receive.wait_time_seconds(LONGEST_WAIT).send().await?;
        let messages = answer.messages.unwrap_or_default().into_iter().filter_map(|message| {
            let count = message.attributes.as_ref()?.get(&MessageSystemAttributeName::ApproximateReceiveCount)?;
            Some(HintMessage {
                receives: count.parse().ok()?,
                id: message.message_id?,
                receipt: message.receipt_handle?,
                body: message.body?,
            })
        });
        Ok(messages.collect())
    }

    /// Deletes a received message. On AWS, the event source of the function does this.
    ///
    /// # Errors
    /// Returns [`QueueError`] if SQS does not answer. The message is received again then.
    pub async fn delete(&self, message: &HintMessage) -> Result<(), QueueError> {
        self.client()?.delete_message().queue_url(&self.url).receipt_handle(&message.receipt).send().await?;
        Ok(())
    }

    /// Hides a received message for this many seconds, after which it is received again.
    ///
    /// # Errors
    /// Returns [`QueueError`] if SQS does not answer. The message is received again at its usual time then.
    pub async fn hide(&self, message: &HintMessage, seconds: i32) -> Result<(), QueueError> {
        let hide = self.client()?.change_message_visibility().queue_url(&self.url);
        hide.receipt_handle(&message.receipt).visibility_timeout(seconds).send().await?;
        Ok(())
    }
}

/// Returns the deduplication id of a customer's hint of this cause.
fn name(user_id: UserId, cause: &[u8]) -> String {
    sha256_hex(&[user_id.to_string().as_bytes(), b"|", cause].concat())
}
