//! Uploaded files and the avatars that are made of them: how the bank stores and shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::bank::Bank;
use crate::records::attachment::{Attachment, StoredAvatar};
use crate::records::parts::image;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The content types that the bank's documentation names.
const TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "application/pdf"];
const DESCRIPTION: &str = "x-bunq-attachment-description";

/// Stores the body of a call. The headers hold its content type and a description.
///
/// # Errors
///
/// When the content type is not allowed, the description is missing, or the body is empty.
pub(crate) fn keep<'a>(bank: &'a mut Bank, call: &Call, account_id: Option<u64>) -> Result<&'a Attachment, Refusal> {
    let content_type = call.header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
    if !TYPES.contains(&content_type.as_str()) {
        let words = format!("Content-Type must be one of {}.", TYPES.join(", "));
        return Err(Refusal::unrecorded(400, words));
    }
    let description = call.filled_header(DESCRIPTION);
    let description =
        description.ok_or_else(|| Refusal::unrecorded(400, "the header X-Bunq-Attachment-Description is required."))?;
    if call.body.is_empty() {
        return Err(Refusal::unrecorded(400, "the body is empty."));
    }
    let attachment = Attachment {
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

/// The fields that public attachments and attachments of an account share.
pub(crate) fn fields(attachment: &Attachment) -> Object {
    let url = format!("https://files.bunq-simulator.example/{}", attachment.uuid);
    object! {
        "description": attachment.description,
        "content_type": attachment.content_type,
        "urls": [object! { "type": "ORIGINAL", "url": url }],
    }
}

/// Answers with the bytes that were uploaded.
pub(crate) fn content(attachment: &Attachment) -> Answer {
    Answer::new(200, &attachment.content_type, STANDARD.decode(&attachment.content).unwrap_or_default())
}

/// The fields of an avatar, without the id of the user or account that it belongs to.
pub(crate) fn avatar(bank: &Bank, avatar: &StoredAvatar) -> Object {
    let mut attachments = bank.books.attachments.iter();
    let shown = attachments.find(|attachment| attachment.uuid == avatar.attachment_public_uuid);
    let content_type = shown.map_or("image/png", |attachment| &attachment.content_type);
    object! { "uuid": avatar.uuid, "image": [image(avatar.attachment_public_uuid, content_type)] }
}
