//! Permitted IPs: the addresses that may use an API key. An address is activated and deactivated, but never changed.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::credential_password_ip;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::permitted;
use crate::records::permitted::{Address, PermittedIp};
use crate::settings::WildcardIpApi;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let credential_id = credential_password_ip::in_path(bank, call, caller)?.id;
    let fields = Fields::read(call, &[text("ip"), optional_text("status")])?;
    let address = Address::read(fields.text("ip"), &bank.settings)?;
    if address == Address::Any && bank.settings.wildcard_ip_api == WildcardIpApi::Refuse {
        return Err(Refusal::unrecorded(
            400,
            "ip must be one address; every address can be permitted in the app only.",
        ));
    }
    let active = fields.optional_text("status").map_or(Ok(true), is_active)?;
    Ok(Answer::id(permitted::add(bank, credential_id, address, active)?))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let all = all_in_path(bank, call, caller)?;
    listing(bank, call, all.iter().map(|listed| (listed.id, element(listed))).collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|listed| Answer::one(element(listed)))
}

/// Activates or deactivates an address. A caller that deactivates its own address is locked out from the next call on.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let listed = in_path(bank, call, caller)?;
    let (id, address) = (listed.id, listed.address.to_string());
    let fields = Fields::read(call, &[text("status"), optional_text("ip")])?;
    if fields.optional_text("ip").is_some_and(|ip| ip != address) {
        return Err(Refusal::unrecorded(400, "ip cannot be changed; deactivate this one and add another."));
    }
    let active = is_active(fields.text("status"))?;
    permitted::set_active(bank, call.id(1), id, active);
    Ok(Answer::id(id))
}

fn all_in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a [PermittedIp], Refusal> {
    let credential = credential_password_ip::in_path(bank, call, caller)?;
    Ok(credential.permitted.as_ref().map(|permitted| permitted.addresses.as_slice()).unwrap_or_default())
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a PermittedIp, Refusal> {
    let id = call.id(2);
    let listed = all_in_path(bank, call, caller)?.iter().find(|listed| listed.id == id);
    listed.ok_or(Refusal::NotFound { thing: "Permitted ip", id })
}

fn is_active(status: &str) -> Result<bool, Refusal> {
    match status {
        "ACTIVE" => Ok(true),
        "INACTIVE" => Ok(false),
        _ => Err(Refusal::unrecorded(400, "status must be ACTIVE or INACTIVE.")),
    }
}

fn element(listed: &PermittedIp) -> Object {
    let fields = object! {
        "id": listed.id,
        "created": clock::text(listed.created),
        "updated": clock::text(listed.updated),
        "ip": listed.address.to_string(),
        "status": if listed.active { "ACTIVE" } else { "INACTIVE" },
    };
    object! { "PermittedIp": fields }
}
