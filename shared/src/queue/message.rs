//! A message of the queue of hints.

use std::fmt;

/// A message of the queue. `Debug` writes its id only.
#[derive(Clone)]
pub struct HintMessage {
    /// The id of the message.
    pub id: String,
    /// What identifies this receive of the message.
    pub receipt: String,
    /// The hint, or another text if something else has sent the message.
    pub body: String,
    /// How many times it was received, including this time.
    pub receives: u32,
}

impl fmt::Debug for HintMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HintMessage({})", self.id)
    }
}
