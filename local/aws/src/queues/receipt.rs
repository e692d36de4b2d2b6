//! Receipt handles. A handle names a message of a queue, and which receive of the message it belongs to. So an old
//! handle is distinguished from one that SQS never issued.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use super::refusal::{Code, Refusal};

/// The content of a handle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) message_id: String,
    /// The number of the receive, from 1.
    pub(super) receive: u32,
}

/// The handle of a message's receive.
pub(super) fn handle(queue: &str, message_id: &str, receive: u32) -> String {
    URL_SAFE.encode(format!("{queue}/{message_id}/{receive}"))
}

/// Reads a handle of the queue.
///
/// # Errors
/// Returns a [`Refusal`] if the handle is not one of this queue.
pub(super) fn read(queue: &str, handle: Option<&str>) -> Result<Receipt, Refusal> {
    let handle = handle.ok_or_else(|| Refusal::missing("ReceiptHandle"))?;
    parse(queue, handle).ok_or_else(|| {
        let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
        Refusal::new(Code::ReceiptHandleIsInvalid, message)
    })
}

fn parse(queue: &str, handle: &str) -> Option<Receipt> {
    let text = String::from_utf8(URL_SAFE.decode(handle).ok()?).ok()?;
    let (message_id, receive) = text.strip_prefix(queue)?.strip_prefix('/')?.split_once('/')?;
    Some(Receipt { message_id: message_id.to_owned(), receive: receive.parse().ok()? })
}
