//! Credential password IP: the API keys of a payment service provider. Each key has a list of addresses that may use
//! it.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::clock;
use crate::records::books::{Credential, CredentialStatus, Owner};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let credentials = bank.books.credentials.iter().filter(|credential| credential.owner == Owner::Psp { psp_user_id });
    let elements = credentials.map(|credential| (credential.id, of_setting(bank, credential)));
    listing(bank, call, elements.collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|credential| Answer::one(of_setting(bank, credential)))
}

/// The API key in the path, if it belongs to the caller.
pub(crate) fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a Credential, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let id = call.id(1);
    let own = bank.books.credential(id).filter(|credential| credential.owner == Owner::Psp { psp_user_id });
    own.ok_or(Refusal::NotFound { thing: "Credential password ip", id })
}

/// The object of an API key. It shows the secret until the first use, and not after it.
pub(crate) fn element(credential: &Credential) -> Object {
    with_secret(credential, credential.status == CredentialStatus::PendingFirstUse)
}

fn with_secret(credential: &Credential, shown: bool) -> Object {
    let status = match credential.status {
        CredentialStatus::PendingFirstUse => "PENDING_FIRST_USE",
        CredentialStatus::Active => "ACTIVE",
        CredentialStatus::Revoked => "REVOKED",
    };
    let permitted_device = credential.permitted.as_ref().map(|permitted| {
        let ip = permitted.shown().map(|address| address.to_string());
        object! { "description": permitted.description, "ip": ip }
    });
    let fields = object! {
        "id": credential.id,
        "created": clock::text(credential.created),
        "updated": clock::text(credential.updated),
        "status": status,
        "expiry_time": credential.expires.map(clock::text),
        "token_value": shown.then_some(&credential.secret),
        "permitted_device": permitted_device,
    };
    object! { "CredentialPasswordIp": fields }
}

fn of_setting(bank: &Bank, credential: &Credential) -> Object {
    if bank.settings.show_token_value { with_secret(credential, true) } else { element(credential) }
}
