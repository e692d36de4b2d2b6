//! The fields that both ways to start a payment share, as in bunq's Python example.

use shared::{
    http::Fields,
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        ids::MonetaryAccountId,
        money::{Amount, Currency, Money},
        order_reference::OrderReference,
        text::{Name, Text},
    },
};

/// bunq's limits of a description: of a payment that leaves bunq, and of anything else.
pub(crate) const OUT_OF_BUNQ: usize = 140;
pub(crate) const WITHIN_BUNQ: usize = 9000;

/// The fields that both bodies have.
pub(crate) struct Terms {
    pub(crate) account: MonetaryAccountId,
    pub(crate) amount: Money,
    pub(crate) counterparty: Counterparty,
    pub(crate) description: String,
    /// What the caller calls the order.
    pub(crate) reference: Option<OrderReference>,
}

/// What becomes of the description.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It goes with a payment, to whatever bank the receiver has.
    Payment,
    /// It is shown in a request, which stays at bunq.
    Request,
}

/// Reads the fields that both bodies have.
pub(crate) fn read_terms(fields: &mut Fields, purpose: Purpose) -> Option<Terms> {
    let account = fields.required_number("monetary_account_id");
    let amount = fields.required_number::<Amount>("amount");
    let currency = fields.required::<Currency>("currency");
    let description = fields.required::<Text<0, WITHIN_BUNQ>>("description").map(Text::into_string);
    let kind = fields.required::<CounterpartyType>("receiver_type");
    let value = fields.required::<String>("receiver_value");
    // bunq wants to know whose IBAN it is.
    let name = match kind {
        Some(CounterpartyType::Iban) => fields.required::<Name>("receiver_name"),
        _ => fields.optional::<Name>("receiver_name"),
    };
    let name = name.map(Name::into_string);
    let reference = fields.optional::<OrderReference>("reference");

    let address = kind.zip(value).and_then(|(kind, value)| {
        Address::parse(kind, &value).map_err(|error| fields.refuse("receiver_value", &error.to_string())).ok()
    });
    let leaves_bunq = purpose == Purpose::Payment && address.as_ref().is_some_and(Address::is_outside_bunq);
    let limit = if leaves_bunq { OUT_OF_BUNQ } else { WITHIN_BUNQ };
    if description.as_ref().is_some_and(|text| text.chars().count() > limit) {
        fields.refuse("description", &format!("must be at most {limit} characters"));
    }
    let counterparty = Counterparty { address: address?, name };
    Some(Terms {
        account: account?,
        amount: Money { amount: amount?, currency: currency? },
        counterparty,
        description: description?,
        reference,
    })
}
