//! Public attachments, and the avatars that are made of them. Their ids are UUIDs.

use crate::api::files;
use crate::api::gate::Caller;
use crate::bank::Bank;
use crate::clock;
use crate::random;
use crate::records::attachment::{Attachment, StoredAvatar};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let uuid = files::keep(bank, call, None)?.uuid;
    Ok(Answer::one(object! { "Uuid": object! { "uuid": uuid } }))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let attachment = public(bank, call.uuid())?;
    let shown = object! {
        "uuid": attachment.uuid,
        "created": clock::text(attachment.created),
        "updated": clock::text(attachment.created),
        "attachment": files::fields(attachment),
    };
    Ok(Answer::one(object! { "AttachmentPublic": shown }))
}

pub(crate) fn content(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    public(bank, call.uuid()).map(files::content)
}

pub(crate) fn create_avatar(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let sent = Fields::read(call, &[text("attachment_public_uuid")])?;
    let attachment_public_uuid = public(bank, sent.text("attachment_public_uuid"))?.uuid;
    let uuid = random::uuid();
    bank.books.avatars.push(StoredAvatar { uuid, attachment_public_uuid });
    Ok(Answer::one(object! { "Uuid": object! { "uuid": uuid } }))
}

pub(crate) fn find_avatar(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let avatar = bank.books.avatars.iter().find(|avatar| avatar.uuid.to_string() == call.uuid());
    let avatar = avatar.ok_or_else(|| Refusal::unrecorded(404, "no avatar has this uuid."))?;
    Ok(Answer::one(object! { "Avatar": files::avatar(bank, avatar) }))
}

fn public<'a>(bank: &'a Bank, uuid: &str) -> Result<&'a Attachment, Refusal> {
    let mut all = bank.books.attachments.iter();
    let known = all.find(|attachment| attachment.account_id.is_none() && attachment.uuid.to_string() == uuid);
    known.ok_or_else(|| Refusal::unrecorded(404, "no public attachment has this uuid."))
}
