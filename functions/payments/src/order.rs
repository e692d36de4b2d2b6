//! What both ways to start a payment share: the fields of the Python example, the idempotency key, the answer.

use std::str::FromStr;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::Value;
use shared::{
    bunq::Verified,
    http::{ConnectedUser, Fields, IdempotencyHeader, Payments, Problem},
    tpp::{Likeness, Listed, Order, Started},
    types::{
        counterparty::{Address, Counterparty, CounterpartyType},
        ids::MonetaryAccountId,
        money::{Amount, Currency, Money},
        schedule::BankTime,
    },
};

/// bunq's limits of a description: to an IBAN, and between bunq accounts.
const TO_IBAN: usize = 140;
const WITHIN_BUNQ: usize = 9000;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The fields that both bodies have.
pub(crate) struct Terms {
    pub(crate) account: MonetaryAccountId,
    pub(crate) amount: Money,
    pub(crate) counterparty: Counterparty,
    pub(crate) description: String,
}

/// Reads the fields that both bodies have.
pub(crate) fn read_terms(fields: &mut Fields) -> Option<Terms> {
    let account = fields.required_number("monetary_account_id");
    let amount = fields.required_number::<Amount>("amount");
    let currency = fields.required::<Currency>("currency");
    let description = fields.required::<String>("description");
    let kind = fields.required::<CounterpartyType>("receiver_type");
    let value = fields.required::<String>("receiver_value");
    // bunq wants to know whose IBAN it is.
    let name = match kind {
        Some(CounterpartyType::Iban) => fields.required::<Name>("receiver_name"),
        _ => fields.optional::<Name>("receiver_name"),
    };
    let name = name.map(|Name(name)| name);

    let address = kind.zip(value).and_then(|(kind, value)| {
        Address::parse(kind, &value).map_err(|error| fields.refuse("receiver_value", &error.to_string())).ok()
    });
    let limit = if kind == Some(CounterpartyType::Iban) { TO_IBAN } else { WITHIN_BUNQ };
    if description.as_ref().is_some_and(|text| text.chars().count() > limit) {
        fields.refuse("description", &format!("must be at most {limit} characters"));
    }
    let counterparty = Counterparty { address: address?, name };
    Some(Terms {
        account: account?,
        amount: Money { amount: amount?, currency: currency? },
        counterparty,
        description: description?,
    })
}

/// What a counterparty is called.
struct Name(String);

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        if (1..=140).contains(&name.chars().count()) {
            Ok(Self(name.to_owned()))
        } else {
            Err("must be 1 to 140 characters")
        }
    }
}

/// Starts an order under the caller's key, and answers 201 with where it is. The key is in the answer whatever happens: without it nobody could safely ask again.
pub(crate) async fn start<O: Order>(
    user: &ConnectedUser<Payments>,
    key: IdempotencyHeader,
    resource: &str,
    account: MonetaryAccountId,
    content: &Value,
    order: &O,
) -> Response {
    let path = format!("user/{}/monetary-account/{account}/{resource}", user.connection.user_id);
    let started = user.start_once(&key, &path, content, order).await;
    let mut response = started.and_then(|started| created(user, &path, started)).unwrap_or_else(Problem::into_response);
    if let Ok(value) = HeaderValue::try_from(key.as_str()) {
        response.headers_mut().insert("idempotency-key", value);
    }
    response
}

fn created(user: &ConnectedUser<Payments>, path: &str, started: Started) -> Result<Response, Problem> {
    let mut response = Response::new(Body::from(started.body));
    *response.status_mut() = StatusCode::CREATED;
    let location = user.public_url(&format!("{path}/{}", started.id));
    let location = HeaderValue::try_from(location.as_str()).map_err(|_| Problem::internal())?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::LOCATION, location);
    if started.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// An object of bunq's lists, as far as it tells one order from another.
#[derive(Deserialize)]
pub(crate) struct Seen {
    id: u64,
    created: Option<String>,
    #[serde(flatten)]
    terms: SeenTerms,
}

#[derive(Deserialize)]
pub(crate) struct SeenTerms {
    #[serde(alias = "amount_inquired")]
    amount: Option<SeenAmount>,
    counterparty_alias: Option<SeenAlias>,
    description: Option<String>,
    merchant_reference: Option<String>,
    entries: Option<Vec<SeenTerms>>,
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

/// What was ordered, as it would be seen in a list.
pub(crate) struct Wanted<'a> {
    pub(crate) amount: &'a Money,
    pub(crate) counterparty: &'a Counterparty,
    pub(crate) description: &'a str,
    pub(crate) reference: &'a str,
}

/// Reads a list's objects of one type, and finds the one that was ordered.
pub(crate) fn read_listed(page: &Verified, key: &'static str, wanted: &Wanted<'_>) -> Vec<Listed> {
    let objects = shared::bunq::Envelope::parse(&page.body).and_then(|envelope| envelope.all::<Seen>(key));
    let listed = |seen: Seen| Listed {
        id: seen.id,
        created: seen.created.and_then(|text| text.parse::<BankTime>().ok()).map(BankTime::timestamp),
        likeness: match seen.terms.entries.as_deref() {
            Some([entry]) => entry.likeness(wanted),
            Some(_) => Likeness::None,
            None => seen.terms.likeness(wanted),
        },
    };
    objects.unwrap_or_default().into_iter().map(listed).collect()
}

impl SeenTerms {
    fn likeness(&self, wanted: &Wanted<'_>) -> Likeness {
        match self.merchant_reference.as_deref() {
            Some(reference) if reference == wanted.reference => Likeness::Reference,
            Some(_) => Likeness::None,
            // bunq kept no reference: the terms themselves have to do.
            None if self.has_terms(wanted) => Likeness::Terms,
            None => Likeness::None,
        }
    }

    fn has_terms(&self, wanted: &Wanted<'_>) -> bool {
        let amount = self.amount.as_ref().is_some_and(|amount| {
            amount.value.trim_start_matches('-').parse::<Amount>().ok().as_ref() == Some(&wanted.amount.amount)
                && amount.currency == wanted.amount.currency.to_string()
        });
        let iban = self.counterparty_alias.as_ref().and_then(|alias| alias.iban.as_deref());
        let counterparty = match (wanted.counterparty.address.kind(), iban) {
            (CounterpartyType::Iban, Some(iban)) => iban == wanted.counterparty.address.value(),
            _ => true,
        };
        amount && counterparty && self.description.as_deref() == Some(wanted.description)
    }
}
