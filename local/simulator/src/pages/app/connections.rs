//! The connections that a customer sees and ends, as in the settings of the bank's app.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::certificate::app_name;
use crate::pages::app::form::{FormError, obey};
use crate::pages::app::parts::{decision_form, minute, section};
use crate::pages::html::number;
use crate::records::books::{Credential, CredentialStatus, Owner, UserApiKey};
use crate::records::customers::customer::Customer;
use crate::wire::answer::Answer;

/// The section of the customer's page.
pub(super) fn shown(bank: &Bank, customer: &Customer) -> Markup {
    let keys = bank.books.user_api_keys.iter().filter(|key| key.customer == customer.name);
    let is_live = |credential: &Credential| credential.status != CredentialStatus::Revoked;
    let live = keys.filter(|key| bank.books.credentials.iter().any(|own| is_live(own) && is_of(own, key.id)));
    let cards: Vec<Markup> = live.map(|key| card(bank, customer, key)).collect();
    section("connections", "Connections", &cards, "No other app may see your accounts.")
}

fn card(bank: &Bank, customer: &Customer, key: &UserApiKey) -> Markup {
    let name = bank.books.psp_user(key.psp_user_id).map(|user| app_name(&user.common_name)).unwrap_or_default();
    html! {
        li.connection data-connection=(key.id) {
            p { strong { (name) } }
            p.details { "Since " (minute(key.created)) }
            (decision_form("connection", key.id, customer, &[("end", "End this connection")]))
        }
    }
}

/// Ends a connection of the customer's: its access tokens, and their sessions.
pub(crate) fn decide(bank: &mut Bank, form: &[u8]) -> Answer {
    obey(bank, form, |bank, customer, decision| {
        let id = number(form, "connection").ok_or(FormError::Incomplete)?;
        let is_own = bank.books.user_api_key(id).is_some_and(|key| key.customer == customer);
        if !is_own || decision != "end" {
            return Err(FormError::Incomplete);
        }
        let now = bank.now();
        bank.books.revoke(|credential| is_of(credential, id), now);
        Ok(())
    })
}

/// Whether a credential is an access token of a connection.
fn is_of(credential: &Credential, connection: u64) -> bool {
    matches!(&credential.owner, Owner::Consent { user_api_key_id, .. } if *user_api_key_id == connection)
}
