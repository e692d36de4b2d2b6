//! Files that customers and applications upload, and the avatars that are made of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::image;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The types that the bank's documents name.
const TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "application/pdf"];
const DESCRIPTION: &str = "x-bunq-attachment-description";

/// An uploaded file.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Attachment {
    pub(crate) id: u64,
    pub(crate) uuid: Uuid,
    pub(crate) created: Timestamp,
    /// Nothing for a public one.
    pub(crate) account_id: Option<u64>,
    content_type: String,
    description: String,
    /// In base64.
    content: String,
}

/// A picture that users and accounts are shown by.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StoredAvatar {
    pub(crate) uuid: Uuid,
    pub(crate) attachment_public_uuid: Uuid,
}

impl Attachment {
    /// Keeps the bytes of a call. Their type and a description are in headers.
    pub(crate) fn keep<'a>(bank: &'a mut Bank, call: &Call, account_id: Option<u64>) -> Result<&'a Self, Refusal> {
        let content_type = call.header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
        if !TYPES.contains(&content_type.as_str()) {
            let words = format!("Content-Type must be one of {}.", TYPES.join(", "));
            return Err(Refusal::unrecorded(400, words));
        }
        let description = call.filled_header(DESCRIPTION);
        let description = description
            .ok_or_else(|| Refusal::unrecorded(400, "the header X-Bunq-Attachment-Description is required."))?;
        if call.body.is_empty() {
            return Err(Refusal::unrecorded(400, "the body is empty."));
        }
        let attachment = Self {
            id: bank.books.new_id(),
            uuid: Uuid::new_v4(),
            created: bank.now(),
            account_id,
            content_type,
            description: description.to_owned(),
            content: STANDARD.encode(&call.body),
        };
        bank.books.attachments.push(attachment);
        bank.books.attachments.last().ok_or_else(|| Refusal::unrecorded(500, "the attachment was not kept."))
    }

    pub(crate) fn fields(&self) -> Object {
        object! {
            "description": self.description,
            "content_type": self.content_type,
            "urls": [object! { "type": "ORIGINAL", "url": format!("https://files.bunq-simulator.example/{}", self.uuid) }],
        }
    }

    pub(crate) fn moment(&self) -> String {
        clock::text(self.created)
    }

    /// The bytes as they came.
    pub(crate) fn content(&self) -> Answer {
        Answer::new(200, &self.content_type, STANDARD.decode(&self.content).unwrap_or_default())
    }
}

impl StoredAvatar {
    /// With the user or account that it belongs to, where that is asked for.
    pub(crate) fn fields(&self, bank: &Bank) -> Object {
        let mut attachments = bank.books.attachments.iter();
        let shown = attachments.find(|attachment| attachment.uuid == self.attachment_public_uuid);
        let content_type = shown.map_or("image/png", |attachment| &attachment.content_type);
        object! { "uuid": self.uuid, "image": [image(self.attachment_public_uuid, content_type)] }
    }
}
