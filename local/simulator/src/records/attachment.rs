//! Files that customers and applications uploaded, and the avatars that are made of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An uploaded file.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Attachment {
    pub(crate) id: u64,
    pub(crate) uuid: Uuid,
    pub(crate) created: Timestamp,
    /// `None` for a public attachment.
    pub(crate) account_id: Option<u64>,
    pub(crate) content_type: String,
    pub(crate) description: String,
    /// The bytes in base64.
    pub(crate) content: String,
}

/// A picture of a user or an account.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StoredAvatar {
    pub(crate) uuid: Uuid,
    pub(crate) attachment_public_uuid: Uuid,
}
