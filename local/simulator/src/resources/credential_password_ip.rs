//! Credential password IP: the API keys of a payment service provider. Each has a list of addresses it may be used from.

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::books::{Credential, CredentialStatus, Owner};
use crate::clock;
use crate::resources::user;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::gate::Caller;
use crate::wire::page::listing;
use crate::wire::refusal::Refusal;

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let credentials = bank.books.credentials.iter().filter(|credential| credential.owner == Owner::Psp { psp_user_id });
    let elements = credentials.map(|credential| (credential.id, of_setting(bank, credential)));
    listing(call, elements.collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|credential| Answer::one(of_setting(bank, credential)))
}

/// The API key that the path names, if it is the caller's own.
pub(crate) fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a Credential, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let id = call.id(1);
    let own = bank.books.credential(id).filter(|credential| credential.owner == Owner::Psp { psp_user_id });
    own.ok_or(Refusal::NotFound { thing: "Credential password ip", id })
}

/// An API key as the bank shows it: its secret until it was used, and never again.
pub(crate) fn element(credential: &Credential) -> Value {
    let status = match credential.status {
        CredentialStatus::PendingFirstUse => "PENDING_FIRST_USE",
        CredentialStatus::Active => "ACTIVE",
        CredentialStatus::Revoked => "REVOKED",
    };
    let permitted_device = credential.permitted.as_ref().map(|permitted| {
        json!({"description": permitted.description, "ip": permitted.shown().map(|address| address.to_string())})
    });
    json!({"CredentialPasswordIp": {
        "id": credential.id,
        "created": clock::text(credential.created),
        "updated": clock::text(credential.updated),
        "status": status,
        "expiry_time": credential.expires.map(clock::text),
        "token_value": (credential.status == CredentialStatus::PendingFirstUse).then_some(&credential.secret),
        "permitted_device": permitted_device,
    }})
}

fn of_setting(bank: &Bank, credential: &Credential) -> Value {
    let mut element = element(credential);
    if bank.settings.show_token_value {
        element["CredentialPasswordIp"]["token_value"] = json!(credential.secret);
    }
    element
}
