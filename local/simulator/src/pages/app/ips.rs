//! The page of the addresses that may use the API keys of payment service providers. It imitates the parts of the app
//! and of the developer portal that help a provider who is locked out. It needs no API key.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::ledger::permitted;
use crate::pages::app::form::{FormError, failure};
use crate::pages::html::{hidden, number, page};
use crate::records::books::{Credential, CredentialStatus, Owner};
use crate::records::permitted::{Address, PermittedIp};
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

const PATH: &str = "/app/ips";
const TITLE: &str = "Permitted addresses";

pub(crate) fn show(bank: &Bank) -> Answer {
    let keys: Vec<Markup> = providers_keys(bank).map(|credential| key(bank, credential)).collect();
    let main = html! {
        h1 { (TITLE) }
        p { "Each API key of a payment service provider works from its active addresses only." }
        @for key in &keys { (key) }
        @if keys.is_empty() { p.none { "No payment service provider is known yet." } }
        p { a href="/" { "Home" } }
    };
    page(200, TITLE, &main, "")
}

/// Adds an address to a list, or activates or deactivates one.
pub(crate) fn change(bank: &mut Bank, form: &[u8]) -> Answer {
    let result = obey(bank, form);
    bank.save();
    match result {
        Ok(()) => Answer::redirect(PATH),
        Err(error) => failure(&error, PATH),
    }
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

fn key(bank: &Bank, credential: &Credential) -> Markup {
    let id = credential.id;
    let section = format!("key-{id}");
    let heading = format!("key-{id}-title");
    let name = bank.books.psp_user(credential.owner.user_id()).map(|user| user.common_name.as_str());
    let status = match credential.status {
        CredentialStatus::PendingFirstUse if credential.is_usable(bank.now()) => "waits for its first use",
        CredentialStatus::PendingFirstUse => "was never used and has expired",
        CredentialStatus::Active => "in use",
        CredentialStatus::Revoked => "revoked",
    };
    html! {
        section id=(section) data-credential=(id) aria-labelledby=(heading) {
            h2 id=(heading) { (name.unwrap_or("A payment service provider")) " " small { "key " (id) } }
            p.details { (status) }
            @if let Some(permitted) = &credential.permitted {
                ul.cards { @for listed in &permitted.addresses { (row(id, listed)) } }
                (addition(id))
            } @else {
                p.none { "Its first device-server says where it may be used from." }
            }
        }
    }
}

fn row(credential_id: u64, listed: &PermittedIp) -> Markup {
    let (status, decision, label) =
        if listed.active { ("ACTIVE", "deactivate", "Deactivate") } else { ("INACTIVE", "permit", "Permit") };
    html! {
        li.ip data-ip=(listed.address) data-status=(status) {
            p {
                strong {
                    (listed.address)
                    @if listed.address == Address::Any { " " span.details { "every address" } }
                }
                " " span.details { (status) }
            }
            form method="post" action=(PATH) {
                (hidden("credential", &credential_id.to_string()))
                (hidden("ip_id", &listed.id.to_string()))
                div.buttons {
                    button name="decision" value=(decision) aria-label={ (label) " " (listed.address) } { (label) }
                }
            }
        }
    }
}

fn addition(credential_id: u64) -> Markup {
    let field = format!("ip-{credential_id}");
    html! {
        form.add method="post" action=(PATH) {
            (hidden("credential", &credential_id.to_string()))
            label for=(field) { "Another address, or *" }
            div.buttons {
                input id=(field) name="ip" required autocomplete="off";
                button.primary name="decision" value="add" { "Add" }
            }
        }
    }
}
