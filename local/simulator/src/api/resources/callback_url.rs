//! Callback URLs: the addresses that the authorize page may redirect to.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::oauth_client::{self, callback_url_fields};
use crate::bank::Bank;
use crate::records::books::CallbackUrl;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;
use crate::wire::web_address::is_web_address;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let oauth_client_id = oauth_client::in_path(bank, call, caller)?.id;
    let url = checked(&Fields::read(call, &[text("url")])?)?;
    let (id, now) = (bank.books.new_id(), bank.now());
    bank.books.callback_urls.push(CallbackUrl { id, created: now, updated: now, oauth_client_id, url });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let client = oauth_client::in_path(bank, call, caller)?.id;
    let urls = bank.books.callback_urls.iter().filter(|url| url.oauth_client_id == client);
    listing(bank, call, urls.map(|url| (url.id, element(url))).collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|url| Answer::one(element(url)))
}

pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    let text = checked(&Fields::read(call, &[text("url")])?)?;
    let now = bank.now();
    if let Some(url) = bank.books.callback_urls.iter_mut().find(|url| url.id == id) {
        url.url = text;
        url.updated = now;
    }
    Ok(Answer::id(id))
}

/// Deletes a callback URL. The recorded body is an empty object, unlike all other answers.
pub(crate) fn delete(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    bank.books.callback_urls.retain(|url| url.id != id);
    Ok(Answer::json(200, &object! {}))
}

fn element(url: &CallbackUrl) -> Object {
    object! { "OauthCallbackUrl": callback_url_fields(url) }
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a CallbackUrl, Refusal> {
    let client = oauth_client::in_path(bank, call, caller)?.id;
    let id = call.id(2);
    let known = bank.books.callback_urls.iter().find(|url| url.id == id && url.oauth_client_id == client);
    known.ok_or(Refusal::NotFound { thing: "Oauth callback url", id })
}

/// Reads the URL without a change, since it is compared as text. It must be https, except for localhost.
fn checked(fields: &Fields) -> Result<String, Refusal> {
    let text = fields.text("url");
    if is_web_address(text) && !text.contains('#') {
        Ok(text.to_owned())
    } else {
        Err(Refusal::unrecorded(400, "url must be an https URL; http is taken for localhost only."))
    }
}
