//! Attachments of an account. Payments and drafts refer to them by id.

use crate::api::files;
use crate::api::gate::Caller;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::clock;
use crate::records::attachment::Attachment;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::in_path(bank, call, caller)?.id;
    user::writing_in_path(bank, call, caller)?;
    Ok(Answer::id(files::keep(bank, call, Some(account_id))?.id))
}

pub(crate) fn content(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::in_path(bank, call, caller)?.id;
    let id = call.id(2);
    let mut all = bank.books.attachments.iter();
    let attachment = all.find(|attachment| attachment.id == id && attachment.account_id == Some(account_id));
    attachment.map(files::content).ok_or(Refusal::NotFound { thing: "Attachment", id })
}

/// Returns an attachment of an account under its user.
pub(crate) fn find_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let attachment = of_user(bank, call, caller)?;
    let shown = object! {
        "id": attachment.id,
        "created": clock::text(attachment.created),
        "updated": clock::text(attachment.created),
        "attachment": files::fields(attachment),
    };
    Ok(Answer::one(object! { "AttachmentUser": shown }))
}

pub(crate) fn content_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    of_user(bank, call, caller).map(files::content)
}

fn of_user<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a Attachment, Refusal> {
    let granted = user::granted_in_path(bank, call, caller)?;
    let id = call.id(1);
    let seen = |account_id| granted.as_ref().is_some_and(|granted| granted.sees(account_id));
    let mut all = bank.books.attachments.iter();
    let attachment = all.find(|attachment| attachment.id == id && attachment.account_id.is_some_and(seen));
    attachment.ok_or(Refusal::NotFound { thing: "Attachment", id })
}
