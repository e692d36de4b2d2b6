//! Session-server: opens a session for the user of an API key. The call must be signed.

use crate::api::gate::Caller;
use crate::api::resources::{device_server, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::permitted;
use crate::random;
use crate::records::books::{Credential, CredentialStatus, Owner, Session};
use crate::records::permitted::Permitted;
use crate::settings::{Need, TimeoutOwner};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("secret")])?;
    let installation_id = caller.installation_id()?;
    let credential = device_server::usable(bank, fields.text("secret"))?;
    if !is_registered(bank, installation_id, credential) {
        return Err(Refusal::BadKeyOrIp);
    }
    let (credential_id, owner) = (credential.id, credential.owner.clone());
    // An access token without a device-server is bound to its provider here.
    let bound = credential.permitted.clone().unwrap_or_else(Permitted::of_provider);
    if !permitted::allows(&bank.books, &bound, &owner, installation_id, call.ip) {
        return Err(Refusal::BadKeyOrIp);
    }

    let now = bank.now();
    if let Some(credential) = bank.books.credential_mut(credential_id) {
        credential.permitted.get_or_insert(bound);
        if credential.status == CredentialStatus::PendingFirstUse {
            credential.status = CredentialStatus::Active;
            credential.expires = None;
            credential.updated = now;
        }
    }
    let timeout_seconds = timeout(bank, &owner);
    let session = Session {
        id: bank.books.new_id(),
        created: now,
        token: random::token(),
        installation_id,
        credential_id,
        timeout_seconds,
        expires: clock::after(now, timeout_seconds),
        ended: false,
    };
    let moment = clock::text(now);
    let answer = Answer::response(vec![
        object! { "Id": object! { "id": session.id } },
        object! {
            "Token": object! { "id": session.id, "created": moment, "updated": moment, "token": session.token },
        },
        user::of_owner(bank, &owner)?,
    ]);
    bank.books.sessions.push(session);
    Ok(answer)
}

/// Whether the installation has a device-server for the key or for its payment service provider.
fn is_registered(bank: &Bank, installation_id: u64, credential: &Credential) -> bool {
    let mut here = bank.books.devices.iter().filter(|device| device.installation_id == installation_id);
    let by_provider = bank.settings.access_token_device == Need::Optional
        && permitted::of_provider(&bank.books, &credential.owner, installation_id).next().is_some();
    here.any(|device| device.credential_id == credential.id) || by_provider
}

fn timeout(bank: &Bank, owner: &Owner) -> u32 {
    let (requester, granter) = (bank.settings.psp_session_timeout_seconds, bank.settings.session_timeout_seconds);
    match (owner, bank.settings.timeout_owner) {
        (Owner::Psp { .. }, _) => requester,
        (Owner::Customer { .. }, _) => granter,
        (_, TimeoutOwner::Requester) => requester,
        (_, TimeoutOwner::Granter) => granter,
        (_, TimeoutOwner::Minimum) => requester.min(granter),
    }
}
