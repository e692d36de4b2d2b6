//! OAuth client: the application of a payment service provider on the authorize page. A provider has one at a time.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::clock;
use crate::random;
use crate::records::books::{CallbackUrl, OauthClient, OauthClientStatus};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, optional_text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let status = status(&Fields::read(call, &[optional_text("status")])?)?.unwrap_or(OauthClientStatus::Active);
    let active = |client: &OauthClient| client.psp_user_id == psp_user_id && client.status == OauthClientStatus::Active;
    if bank.books.oauth_clients.iter().any(active) {
        return Err(Refusal::unrecorded(400, "this user has an OAuth client; a user can have one at a time."));
    }
    let id = bank.books.new_id();
    let (client_id, secret) = (random::token(), random::token());
    bank.books.oauth_clients.push(OauthClient { id, psp_user_id, status, client_id, secret });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let clients = bank.books.oauth_clients.iter().filter(|client| client.psp_user_id == psp_user_id);
    listing(bank, call, clients.map(|client| (client.id, element(bank, client))).collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let client = in_path(bank, call, caller)?;
    Ok(Answer::one(element(bank, client)))
}

pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    let status = status(&Fields::read(call, &[optional_text("status")])?)?;
    if let Some(client) = bank.books.oauth_clients.iter_mut().find(|client| client.id == id) {
        client.status = status.unwrap_or(client.status);
    }
    Ok(Answer::id(id))
}

/// The client in the path, if it belongs to the caller.
pub(crate) fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a OauthClient, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let id = call.id(1);
    bank.books
        .oauth_client(id)
        .filter(|client| client.psp_user_id == psp_user_id)
        .ok_or(Refusal::NotFound { thing: "Oauth client", id })
}

fn status(fields: &Fields) -> Result<Option<OauthClientStatus>, Refusal> {
    match fields.optional_text("status") {
        None => Ok(None),
        Some("ACTIVE") => Ok(Some(OauthClientStatus::Active)),
        Some("CANCELLED") => Ok(Some(OauthClientStatus::Cancelled)),
        Some(_) => Err(Refusal::unrecorded(400, "status must be ACTIVE or CANCELLED.")),
    }
}

fn element(bank: &Bank, client: &OauthClient) -> Object {
    let display_name = bank.books.psp_user(client.psp_user_id).map(|user| user.common_name.as_str());
    let urls = bank.books.callback_urls.iter().filter(|url| url.oauth_client_id == client.id);
    let fields = object! {
        "id": client.id,
        "status": client.status,
        "display_name": display_name,
        "client_id": client.client_id,
        "secret": client.secret,
        "callback_url": urls.map(callback_url_fields).collect::<Vec<_>>(),
    };
    object! { "OauthClient": fields }
}

/// The fields of a callback URL. The object of its client contains them too.
pub(super) fn callback_url_fields(url: &CallbackUrl) -> Object {
    object! { "id": url.id, "created": clock::text(url.created), "updated": clock::text(url.updated), "url": url.url }
}
