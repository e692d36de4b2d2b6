//! Device-server: registers the addresses that may use an API key. The first registration binds the key for good.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::permitted;
use crate::records::books::{Credential, Device};
use crate::records::permitted::{Address, Permitted, PermittedIp};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, optional_texts, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("description"), text("secret"), optional_texts("permitted_ips")])?;
    let description = fields.text("description").to_owned();
    let addresses = addresses(bank, call, &fields.texts("permitted_ips"))?;
    let now = bank.now();
    let installation_id = caller.installation_id()?;
    let credential = usable(bank, fields.text("secret"))?;
    let credential_id = credential.id;
    let allows = |bound| permitted::allows(&bank.books, bound, &credential.owner, installation_id, call.ip);
    if !credential.permitted.as_ref().is_none_or(allows) {
        return Err(Refusal::BadKeyOrIp);
    }
    if credential.permitted.is_none() {
        let first_id = bank.books.new_ids(addresses.len() as u64);
        let listed = (first_id..).zip(addresses).map(|(id, address)| PermittedIp::new(id, now, address));
        let permitted = Permitted::bound(description.clone(), listed.collect());
        if let Some(credential) = bank.books.credential_mut(credential_id) {
            credential.permitted = Some(permitted);
            credential.updated = now;
        }
    }
    let id = bank.books.new_id();
    bank.books.devices.push(Device { id, created: now, installation_id, credential_id, description, ip: call.ip });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let devices = own(bank, caller)?.map(|device| (device.id, element(device))).collect();
    listing(bank, call, devices)
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let device = own(bank, caller)?.find(|device| device.id == id);
    device.map(|device| Answer::one(element(device))).ok_or(Refusal::NotFound { thing: "Device server", id })
}

/// The API key with this secret.
///
/// # Errors
///
/// When no such key exists, or the key is revoked or expired.
pub(crate) fn usable<'a>(bank: &'a Bank, secret: &str) -> Result<&'a Credential, Refusal> {
    let now = bank.now();
    let known = bank.books.credentials.iter().find(|credential| credential.secret == secret);
    known.filter(|credential| credential.is_usable(now)).ok_or(Refusal::BadKeyOrIp)
}

/// The devices of all API keys of the caller's user.
fn own<'a>(bank: &'a Bank, caller: &Caller) -> Result<impl Iterator<Item = &'a Device>, Refusal> {
    let credential = bank.books.credential(caller.session()?.credential_id).ok_or(Refusal::SessionEnded)?;
    let owner = &credential.owner;
    let is_own = move |device: &&Device| {
        bank.books.credential(device.credential_id).is_some_and(|credential| credential.owner.is_same_user(owner))
    };
    Ok(bank.books.devices.iter().filter(is_own))
}

/// Reads a list of permitted IPs. An empty list means the caller's address.
fn addresses(bank: &Bank, call: &Call, list: &[&str]) -> Result<Vec<Address>, Refusal> {
    let mut addresses = Vec::new();
    for text in list {
        let address = Address::read(text, &bank.settings)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() || (bank.settings.strict_wildcard && addresses == [Address::Any]) {
        addresses = vec![Address::Ip(call.ip)];
    }
    Ok(addresses)
}

fn element(device: &Device) -> Object {
    let created = clock::text(device.created);
    let fields = object! {
        "id": device.id,
        "created": created,
        "updated": created,
        "description": device.description,
        "ip": device.ip.to_string(),
        "status": "ACTIVE",
    };
    object! { "DeviceServer": fields }
}
