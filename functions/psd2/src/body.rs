//! What a caller says of an issuer transaction.

use shared::{
    bunq::calls::IssuerTransaction,
    config::{BunqEnvironment, is_loopback},
    http::{Fields, Holder},
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        money::{Amount, Currency, Money},
        schedule::BankTime,
    },
};
use url::Url;

pub(crate) fn read<S>(fields: &mut Fields, session: &Holder<S>) -> Option<IssuerTransaction> {
    let counterparty = fields.required_object("counterparty_alias", read_counterparty);
    let amount = fields.required_object("amount", |fields| {
        let (amount, currency) = (fields.required_number::<Amount>("value"), fields.required::<Currency>("currency"));
        Some(Money { amount: amount?, currency: currency? })
    });
    let description = fields.required::<String>("description");
    if description.as_ref().is_some_and(|text| !(1..=140).contains(&text.chars().count())) {
        fields.refuse("description", "must be 1 to 140 characters");
    }
    let url_redirect = fields.required::<Url>("url_redirect");
    let sandbox = session.tpp().config().environment == BunqEnvironment::Sandbox;
    if url_redirect.as_ref().is_some_and(|url| !safe(url, sandbox)) {
        fields.refuse("url_redirect", "must be https (http for localhost in the sandbox), without a user name");
    }
    let time_expiry = fields.optional::<BankTime>("time_expiry");
    let status = fields.optional::<String>("status");
    if status.as_ref().is_some_and(|status| status != "PENDING") {
        fields.refuse("status", "must be PENDING");
    }
    Some(IssuerTransaction {
        amount: amount?,
        counterparty: counterparty?,
        description: description?,
        url_redirect: url_redirect?,
        time_expiry,
        says_pending: status.is_some(),
    })
}

fn read_counterparty(fields: &mut Fields) -> Option<Counterparty> {
    let kind = fields.required::<CounterpartyType>("type");
    let value = fields.required::<String>("value");
    let name = fields.required::<String>("name");
    if name.as_ref().is_some_and(|name| !(1..=140).contains(&name.trim().chars().count())) {
        fields.refuse("name", "must be 1 to 140 characters");
    }
    if kind.is_some_and(|kind| kind != CounterpartyType::Iban) {
        fields.refuse("type", "must be IBAN");
        return None;
    }
    let address = Address::parse(kind?, &value?).map_err(|error| fields.refuse("value", &error.to_string())).ok();
    Some(Counterparty { address: address?, name: Some(name?.trim().to_owned()) })
}

/// The customer's browser is sent there from bunq's page.
fn safe(url: &Url, sandbox: bool) -> bool {
    let scheme = url.scheme() == "https" || (sandbox && url.scheme() == "http" && is_loopback(url));
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none()
}
