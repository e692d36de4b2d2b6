//! Where the API keys of payment service providers may be used from: the page that stands for the part of the app, and
//! of the developer portal, that helps who locked oneself out. It needs no API key.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use crate::app::FormError;
use crate::bank::{Bank, SharedBank};
use crate::books::{Credential, CredentialStatus, Owner};
use crate::forms::{self, number};
use crate::oauth::consent_page::{document, escape, hidden};
use crate::permitted::{self, Address, PermittedIp};
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

const PATH: &str = "/app/ips";

pub(super) async fn show(State(bank): State<SharedBank>) -> Response {
    forms::response(forms::page(200, home(&bank.lock()), ""))
}

pub(super) async fn change(State(bank): State<SharedBank>, form: Bytes) -> Response {
    let mut bank = bank.lock();
    let result = obey(&mut bank, &form);
    bank.save();
    forms::response(match result {
        Ok(()) => Answer::redirect(PATH),
        Err(error) => super::page::failure(error.status(), &error.to_string(), PATH),
    })
}

fn obey(bank: &mut Bank, form: &[u8]) -> Result<(), FormError> {
    let id = number(form, "credential").ok_or(FormError::Incomplete)?;
    let listed = {
        let credential = providers_keys(bank).find(|credential| credential.id == id).ok_or(FormError::Incomplete)?;
        let addresses = credential.permitted.iter().flat_map(|permitted| &permitted.addresses);
        let wanted = number(form, "ip_id");
        addresses.map(|listed| listed.id).find(|id| wanted == Some(*id))
    };
    match (value_of(form, "decision").as_deref(), listed) {
        (Some("add"), None) => {
            let text = value_of(form, "ip").unwrap_or_default();
            let address = Address::read(text.trim(), &bank.settings)?;
            permitted::add(bank, id, address, true)?;
        }
        (Some("permit"), Some(ip)) => permitted::set_active(bank, id, ip, true),
        (Some("deactivate"), Some(ip)) => permitted::set_active(bank, id, ip, false),
        _ => return Err(FormError::Incomplete),
    }
    Ok(())
}

fn providers_keys(bank: &Bank) -> impl Iterator<Item = &Credential> {
    bank.books.credentials.iter().filter(|credential| matches!(credential.owner, Owner::Psp { .. }))
}

fn home(bank: &Bank) -> String {
    let keys: String = providers_keys(bank).map(|credential| key(bank, credential)).collect();
    let none = "<p class=\"none\">No payment service provider is known yet.</p>";
    let main = format!(
        "<h1>Permitted addresses</h1>\
         <p>Each API key of a payment service provider works from its active addresses only.</p>{}\
         <p><a href=\"/\">Home</a></p>",
        if keys.is_empty() { none } else { &keys },
    );
    document("Permitted addresses", &main)
}

fn key(bank: &Bank, credential: &Credential) -> String {
    let id = credential.id;
    let name = bank.books.psp_user(credential.owner.user_id()).map(|user| user.common_name.as_str());
    let status = match credential.status {
        CredentialStatus::PendingFirstUse if credential.is_usable(bank.now()) => "waits for its first use",
        CredentialStatus::PendingFirstUse => "was never used and has expired",
        CredentialStatus::Active => "in use",
        CredentialStatus::Revoked => "revoked",
    };
    let content = match &credential.permitted {
        None => "<p class=\"none\">Its first device-server says where it may be used from.</p>".to_owned(),
        Some(permitted) => {
            let rows: String = permitted.addresses.iter().map(|listed| row(id, listed)).collect();
            format!("<ul class=\"cards\">{rows}</ul>{}", addition(id))
        }
    };
    format!(
        "<section id=\"key-{id}\" data-credential=\"{id}\" aria-labelledby=\"key-{id}-title\">\
         <h2 id=\"key-{id}-title\">{name} <small>key {id}</small></h2><p class=\"details\">{status}</p>{content}</section>",
        name = escape(name.unwrap_or("A payment service provider")),
    )
}

fn row(credential_id: u64, listed: &PermittedIp) -> String {
    let (status, decision, label) =
        if listed.active { ("ACTIVE", "deactivate", "Deactivate") } else { ("INACTIVE", "permit", "Permit") };
    let what = match listed.address {
        Address::Any => "* <span class=\"details\">every address</span>".to_owned(),
        Address::Ip(ip) => ip.to_string(),
    };
    format!(
        "<li class=\"ip\" data-ip=\"{address}\" data-status=\"{status}\"><p><strong>{what}</strong> \
         <span class=\"details\">{status}</span></p><form method=\"post\" action=\"{PATH}\">{credential}{ip}\
         <div class=\"buttons\"><button name=\"decision\" value=\"{decision}\" \
         aria-label=\"{label} {address}\">{label}</button></div></form></li>",
        address = listed.address,
        credential = hidden("credential", &credential_id.to_string()),
        ip = hidden("ip_id", &listed.id.to_string()),
    )
}

fn addition(credential_id: u64) -> String {
    format!(
        "<form class=\"add\" method=\"post\" action=\"{PATH}\">{credential}\
         <label for=\"ip-{credential_id}\">Another address, or *</label>\
         <div class=\"buttons\"><input id=\"ip-{credential_id}\" name=\"ip\" required autocomplete=\"off\">\
         <button class=\"primary\" name=\"decision\" value=\"add\">Add</button></div></form>",
        credential = hidden("credential", &credential_id.to_string()),
    )
}
