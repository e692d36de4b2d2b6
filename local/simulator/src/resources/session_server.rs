//! Session-server: an API key and a signature become a session of the user behind the key.

use serde_json::json;

use crate::bank::Bank;
use crate::books::{Credential, CredentialStatus, Owner, Permitted, Session};
use crate::clock;
use crate::random;
use crate::resources::{device_server, user};
use crate::settings::{Need, TimeoutOwner};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::gate::Caller;
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("secret")])?;
    let installation_id = caller.installation_id()?;
    let credential = device_server::usable(bank, fields.text("secret"))?;
    let permitted = permitted(bank, installation_id, credential).ok_or(Refusal::BadKeyOrIp)?;
    if !permitted.allows(call.ip) {
        return Err(Refusal::BadKeyOrIp);
    }
    let (credential_id, owner) = (credential.id, credential.owner.clone());

    let now = bank.now();
    if let Some(credential) = bank.books.credential_mut(credential_id) {
        credential.permitted.get_or_insert(permitted);
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
        json!({"Id": {"id": session.id}}),
        json!({"Token": {"id": session.id, "created": moment, "updated": moment, "token": session.token}}),
        user::of_owner(bank, &owner)?,
    ]);
    bank.books.sessions.push(session);
    Ok(answer)
}

/// Where a key may be used from. A key that no device-server bound yet is bound here, to the addresses of a device that
/// the same installation registered for the same payment service provider.
fn permitted(bank: &Bank, installation_id: u64, credential: &Credential) -> Option<Permitted> {
    let here = || bank.books.devices.iter().filter(move |device| device.installation_id == installation_id);
    if here().any(|device| device.credential_id == credential.id) {
        return credential.permitted.clone();
    }
    let Owner::Consent { user_api_key_id, .. } = credential.owner else { return None };
    if bank.settings.access_token_device == Need::Required {
        return None;
    }
    let psp_user_id = bank.books.user_api_key(user_api_key_id)?.psp_user_id;
    let of_provider = here()
        .filter_map(|device| bank.books.credential(device.credential_id))
        .find(|other| other.owner == Owner::Psp { psp_user_id })?;
    credential.permitted.clone().or_else(|| of_provider.permitted.clone())
}

fn timeout(bank: &Bank, owner: &Owner) -> u32 {
    let (requester, granter) = (bank.settings.psp_session_timeout_seconds, bank.settings.session_timeout_seconds);
    match (owner, bank.settings.timeout_owner) {
        (Owner::Psp { .. }, _) | (_, TimeoutOwner::Requester) => requester,
        (_, TimeoutOwner::Granter) => granter,
        (_, TimeoutOwner::Minimum) => requester.min(granter),
    }
}
