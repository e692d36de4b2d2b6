//! What a caller says of an issuer transaction.

use shared::{
    bunq::calls::IssuerTransaction,
    config::{BunqEnvironment, is_loopback},
    http::{Fields, Holder},
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        money::{Amount, Currency, Money},
        redirect_url::RedirectUrl,
        schedule::BankTime,
        text::{Name, Text},
    },
};
use url::Url;

pub(crate) fn read<S>(fields: &mut Fields, session: &Holder<S>) -> Option<IssuerTransaction> {
    let counterparty = fields.required_object("counterparty_alias", read_counterparty);
    let amount = fields.required_object("amount", |fields| {
        let (amount, currency) = (fields.required_number::<Amount>("value"), fields.required::<Currency>("currency"));
        Some(Money { amount: amount?, currency: currency? })
    });
    let description = fields.required::<Text<1, 140>>("description").map(Text::into_string);
    let url_redirect = fields.required::<RedirectUrl>("url_redirect").map(RedirectUrl::into_url);
    let sandbox = session.tpp().config().environment == BunqEnvironment::Sandbox;
    if url_redirect.as_ref().is_some_and(|url| !safe(url, sandbox)) {
        fields.refuse("url_redirect", "must be https (http for localhost in the sandbox)");
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
        explicit_status: status.is_some(),
    })
}

fn read_counterparty(fields: &mut Fields) -> Option<Counterparty> {
    let kind = fields.required::<CounterpartyType>("type");
    let value = fields.required::<String>("value");
    let name = fields.required::<Name>("name").map(Name::into_string);
    if kind.is_some_and(|kind| kind != CounterpartyType::Iban) {
        fields.refuse("type", "must be IBAN");
        return None;
    }
    let address = Address::parse(kind?, &value?).map_err(|error| fields.refuse("value", &error.to_string())).ok();
    Some(Counterparty { address: address?, name: Some(name?) })
}

/// Whether the customer's browser may be sent there. A scheme of an app's own is refused, since any app on the phone
/// can claim it (RFC 8252 section 8.6): an app that wants to open claims an https address.
fn safe(url: &Url, sandbox: bool) -> bool {
    url.scheme() == "https" || (sandbox && url.scheme() == "http" && is_loopback(url))
}
