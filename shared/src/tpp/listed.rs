//! Objects in the bank's lists, with the fields that distinguish one order from another.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    bunq::{DecodeError, Envelope, Verified, read_element},
    types::{
        counterparty::{Counterparty, CounterpartyType},
        money::{Amount, Money},
        schedule::BankTime,
    },
};

/// An object in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// The id of the object.
    pub id: u64,
    /// When the object was created, if the bank says.
    pub created: Option<jiff::Timestamp>,
    /// Whether the object is what was ordered.
    pub likeness: Likeness,
}

/// How certain it is that an object is what was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The object carries the order's own mark.
    Mark,
    /// The object has the order's terms and no mark.
    Terms,
    /// The object may be the order: it cannot be read or compared.
    Perhaps,
    /// The object is not the order.
    None,
}

#[derive(Deserialize)]
struct Seen {
    amount: Option<SeenAmount>,
    amount_inquired: Option<SeenAmount>,
    counterparty_alias: Option<SeenAlias>,
    description: Option<String>,
    merchant_reference: Option<String>,
    time_expiry: Option<String>,
    entries: Option<Vec<Seen>>,
}

#[derive(Deserialize)]
struct SeenAmount {
    value: String,
    currency: String,
}

#[derive(Deserialize)]
struct SeenAlias {
    iban: Option<String>,
}

/// What identifies an order, besides its terms.
#[derive(Clone, Copy, Debug)]
pub enum Mark<'a> {
    /// A reference of ours, which the bank stores.
    Reference(&'a str),
    /// A time to the microsecond, because the bank stores no reference.
    Expiry(BankTime),
    /// A time of which only the microseconds are ours.
    Microseconds(u32),
}

/// What was ordered, as a list would show it.
#[derive(Clone, Debug)]
pub enum Wanted<'a> {
    /// A payment, or a request for one.
    Payment(WantedPayment<'a>),
    /// An object without a mark of ours. The list shows these fields as they were sent.
    Object(Vec<(&'static str, String)>),
}

/// A payment that was ordered, as a list would show it.
#[derive(Clone, Copy, Debug)]
pub struct WantedPayment<'a> {
    /// The amount.
    pub amount: &'a Money,
    /// The counterparty.
    pub counterparty: &'a Counterparty,
    /// The description.
    pub description: &'a str,
    /// Our own mark.
    pub mark: Mark<'a>,
}

impl Wanted<'_> {
    /// Returns whether the bank keeps a mark of ours with the object.
    pub(super) const fn is_marked(&self) -> bool {
        match self {
            Self::Payment(_) => true,
            Self::Object(_) => false,
        }
    }

    fn likeness(&self, object: &Value) -> Likeness {
        match self {
            Self::Payment(wanted) => Seen::deserialize(object).map_or(Likeness::Perhaps, |seen| seen.likeness(wanted)),
            Self::Object(fields) => {
                let agrees = |(name, text): &(&str, String)| object[*name].as_str().map(|shown| shown == text);
                let agreed: Vec<_> = fields.iter().map(agrees).collect();
                if agreed.contains(&Some(false)) {
                    Likeness::None
                } else if agreed.is_empty() || agreed.contains(&None) {
                    Likeness::Perhaps
                } else {
                    Likeness::Terms
                }
            }
        }
    }
}

/// Reads a list's objects of one type, and compares each with what was ordered.
///
/// # Errors
/// Returns [`DecodeError`] if the page or an object's id cannot be read. In that case, the absence of a match proves
/// nothing.
pub(super) fn read_listed(page: &Verified, key: &'static str, wanted: &Wanted<'_>) -> Result<Vec<Listed>, DecodeError> {
    #[derive(Deserialize)]
    struct Outline {
        id: u64,
        created: Option<String>,
    }
    let objects = Envelope::parse(&page.body)?.all::<Value>(key)?;
    let listed = |object: Value| {
        let Outline { id, created } = read_element(key, &object)?;
        let created = created.and_then(|text| text.parse::<BankTime>().ok()).map(BankTime::timestamp);
        Ok(Listed { id, created, likeness: wanted.likeness(&object) })
    };
    objects.into_iter().map(listed).collect()
}

impl Seen {
    fn likeness(&self, wanted: &WantedPayment<'_>) -> Likeness {
        match self.entries.as_deref() {
            Some([entry]) => entry.likeness(wanted),
            Some(_) => Likeness::None,
            None => self.own_likeness(wanted),
        }
    }

    fn own_likeness(&self, wanted: &WantedPayment<'_>) -> Likeness {
        let terms = self.terms_likeness(wanted);
        let expiry = self.time_expiry.as_deref().map(|expiry| (expiry.parse::<BankTime>(), terms != Likeness::None));
        let is_marked = match wanted.mark {
            Mark::Reference(mark) => self.merchant_reference.as_deref().map(|reference| reference == mark),
            Mark::Expiry(mark) => expiry.map(|(expiry, alike)| alike && expiry == Ok(mark)),
            Mark::Microseconds(mark) => expiry
                .map(|(expiry, alike)| alike && expiry.is_ok_and(|expiry| expiry == expiry.with_microseconds(mark))),
        };
        match is_marked {
            Some(true) => Likeness::Mark,
            Some(false) => Likeness::None,
            // The bank stored no mark, so only the terms can be compared.
            None => terms,
        }
    }

    fn terms_likeness(&self, wanted: &WantedPayment<'_>) -> Likeness {
        let amount = self.amount.as_ref().or(self.amount_inquired.as_ref()).is_some_and(|amount| {
            amount.value.trim_start_matches('-').parse::<Amount>().ok().as_ref() == Some(&wanted.amount.amount)
                && amount.currency == wanted.amount.currency.to_string()
        });
        if !amount || self.description.as_deref() != Some(wanted.description) {
            return Likeness::None;
        }
        let iban = self.counterparty_alias.as_ref().and_then(|alias| alias.iban.as_deref());
        match (wanted.counterparty.address.kind(), iban) {
            (CounterpartyType::Iban, Some(iban)) if iban == wanted.counterparty.address.value() => Likeness::Terms,
            (CounterpartyType::Iban, Some(_)) => Likeness::None,
            // The bank shows an e-mail address or a phone number as an account, so it cannot be compared.
            (CounterpartyType::Email | CounterpartyType::PhoneNumber, _) | (CounterpartyType::Iban, None) => {
                Likeness::Perhaps
            }
        }
    }
}
