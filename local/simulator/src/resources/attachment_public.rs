//! Public attachments and the avatars that are made of them. Both are known by UUIDs.

use crate::attachments::{Attachment, StoredAvatar};
use crate::bank::Bank;
use crate::random;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::gate::Caller;
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let uuid = Attachment::keep(bank, call, None)?.uuid;
    Ok(Answer::one(object! { "Uuid": object! { "uuid": uuid } }))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let attachment = public(bank, call.uuid())?;
    let fields = object! {
        "uuid": attachment.uuid,
        "created": attachment.moment(),
        "updated": attachment.moment(),
        "attachment": attachment.fields(),
    };
    Ok(Answer::one(object! { "AttachmentPublic": fields }))
}

pub(crate) fn content(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    public(bank, call.uuid()).map(Attachment::content)
}

pub(crate) fn create_avatar(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("attachment_public_uuid")])?;
    let attachment_public_uuid = public(bank, fields.text("attachment_public_uuid"))?.uuid;
    let uuid = random::uuid();
    bank.books.avatars.push(StoredAvatar { uuid, attachment_public_uuid });
    Ok(Answer::one(object! { "Uuid": object! { "uuid": uuid } }))
}

pub(crate) fn find_avatar(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let avatar = bank.books.avatars.iter().find(|avatar| avatar.uuid.to_string() == call.uuid());
    let avatar = avatar.ok_or_else(|| Refusal::unrecorded(404, "no avatar has this uuid."))?;
    Ok(Answer::one(object! { "Avatar": avatar.fields(bank) }))
}

fn public<'a>(bank: &'a Bank, uuid: &str) -> Result<&'a Attachment, Refusal> {
    let mut all = bank.books.attachments.iter();
    let known = all.find(|attachment| attachment.account_id.is_none() && attachment.uuid.to_string() == uuid);
    known.ok_or_else(|| Refusal::unrecorded(404, "no public attachment has this uuid."))
}
