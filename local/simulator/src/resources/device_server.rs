//! Device-server: says where an API key may be used from. The first one binds the key for good.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::books::{Credential, Device, Permitted};
use crate::clock;
use crate::settings::Settings;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, optional_texts, text};
use crate::wire::gate::Caller;
use crate::wire::page::listing;
use crate::wire::refusal::Refusal;

const WILDCARD: &str = "*";

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("description"), text("secret"), optional_texts("permitted_ips")])?;
    let description = fields.text("description").to_owned();
    let permitted = permitted(&bank.settings, &fields.texts("permitted_ips"), call.ip, &description)?;
    let now = bank.now();
    let credential = usable(bank, fields.text("secret"))?;
    if credential.permitted.as_ref().is_some_and(|permitted| !permitted.allows(call.ip)) {
        return Err(Refusal::BadKeyOrIp);
    }
    let credential_id = credential.id;
    if let Some(credential) = bank.books.credential_mut(credential_id)
        && credential.permitted.is_none()
    {
        credential.permitted = Some(permitted);
        credential.updated = now;
    }
    let id = bank.books.new_id();
    let installation_id = caller.installation_id()?;
    bank.books.devices.push(Device { id, created: now, installation_id, credential_id, description, ip: call.ip });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let devices = own(bank, caller)?.map(|device| (device.id, element(device))).collect();
    listing(call, devices)
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let device = own(bank, caller)?.find(|device| device.id == id);
    device.map(|device| Answer::one(element(device))).ok_or(Refusal::NotFound { thing: "Device server", id })
}

/// The API key with this secret, if it may still be used.
pub(crate) fn usable<'a>(bank: &'a Bank, secret: &str) -> Result<&'a Credential, Refusal> {
    let now = bank.now();
    let known = bank.books.credentials.iter().find(|credential| credential.secret == secret);
    known.filter(|credential| credential.is_usable(now)).ok_or(Refusal::BadKeyOrIp)
}

/// The devices of every API key of the caller's user.
fn own<'a>(bank: &'a Bank, caller: &Caller) -> Result<impl Iterator<Item = &'a Device>, Refusal> {
    let credential = bank.books.credential(caller.session()?.credential_id).ok_or(Refusal::SessionEnded)?;
    let owner = &credential.owner;
    let is_own = move |device: &&Device| {
        bank.books.credential(device.credential_id).is_some_and(|credential| credential.owner.is_same_user(owner))
    };
    Ok(bank.books.devices.iter().filter(is_own))
}

/// What a list of permitted IPs means. An empty one is the caller's address.
fn permitted(settings: &Settings, list: &[&str], caller: IpAddr, description: &str) -> Result<Permitted, Refusal> {
    let mut ips = Vec::new();
    for text in list.iter().filter(|text| **text != WILDCARD) {
        let ip: IpAddr = text.parse().map_err(|_| {
            Refusal::unrecorded(400, format!("\"{text}\" in permitted_ips is neither an IP address nor \"*\"."))
        })?;
        if ip.is_ipv6() && !settings.ipv6_permitted_ips {
            return Err(Refusal::unrecorded(400, "permitted_ips takes IPv4 addresses only."));
        }
        ips.push(ip);
    }
    let star = list.contains(&WILDCARD);
    let wildcard = star && !(settings.strict_wildcard && ips.is_empty());
    if ips.is_empty() {
        ips.push(caller);
    }
    Ok(Permitted { description: description.to_owned(), ips, wildcard })
}

fn element(device: &Device) -> Value {
    let created = clock::text(device.created);
    json!({"DeviceServer": {
        "id": device.id,
        "created": created,
        "updated": created,
        "description": device.description,
        "ip": device.ip.to_string(),
        "status": "ACTIVE",
    }})
}
