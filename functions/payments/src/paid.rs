//! Finds the payment that resulted from an accepted request. bunq does not link the two, so they are compared. A
//! payment is reported only if exactly one payment and one request have the same amount, description, other party and
//! time.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::{
    bunq::{
        LARGEST_PAGE, Neighbours, Onward, Page, PageStart, Resource,
        calls::{Payments, RequestInquiries},
    },
    http::{Holder, RawElement},
    types::{ids::MonetaryAccountId, money::Amount},
};

/// The longest time between the acceptance of a request and its payment.
const NEAR: SignedDuration = SignedDuration::from_mins(2);
/// At most this many pages of payments, and of requests, are read.
const MOST_PAGES: usize = 3;

/// The payments of the accepted requests among `orders`, by the requests' ids.
pub(crate) async fn payments<S>(
    session: &Holder<S>,
    account: MonetaryAccountId,
    orders: &[RawElement],
) -> HashMap<u64, u64> {
    let accepted: Vec<Terms> = orders.iter().filter_map(Terms::of_request).collect();
    let Some(oldest) = accepted.iter().map(|terms| terms.at).min() else { return HashMap::new() };
    let paid = read::<S, Payments>(session, account, oldest - NEAR).await;
    // An old request can be accepted late, so only the whole list shows that no other request matches.
    let asked = read::<S, RequestInquiries>(session, account, Timestamp::MIN).await;
    let payments: Vec<Terms> = paid.elements.iter().filter_map(Terms::of_payment).collect();
    let requests: Vec<Terms> = asked.elements.iter().filter_map(Terms::of_request).collect();
    let fitting = |request: &Terms| {
        let rivals = || requests.iter().chain(&accepted).filter(|other| other.id != request.id);
        if request.at - NEAR < paid.since || rivals().any(|other| other.is_like(request)) {
            return None;
        }
        let mut matching = payments.iter().filter(|payment| payment.is_like(request));
        match (matching.next(), matching.next()) {
            (Some(payment), None) if asked.since == Timestamp::MIN || payment.has_iban_of(request) => {
                Some((request.id, payment.id))
            }
            _ => None,
        }
    };
    accepted.iter().filter_map(fitting).collect()
}

/// The newest elements of a list.
struct Newest {
    elements: Vec<RawElement>,
    /// The elements are complete from this time on.
    since: Timestamp,
}

/// Reads a list back to a time. It stops earlier after a few pages, or if the bank does not answer.
async fn read<S, R: Resource<Parent = MonetaryAccountId>>(
    session: &Holder<S>,
    account: MonetaryAccountId,
    time: Timestamp,
) -> Newest {
    let mut newest = Newest { elements: Vec::new(), since: Timestamp::MAX };
    let mut from = PageStart::Newest;
    for _ in 0..MOST_PAGES {
        let page = Page { count: LARGEST_PAGE, from };
        let Ok(listed) = session.call(&R::list(account, page)).await else { break };
        let Ok(elements) = RawElement::read_all(&listed.body) else { break };
        let ids: Vec<u64> = elements.iter().filter_map(RawElement::id).collect();
        let oldest = elements.iter().filter_map(RawElement::created).min();
        newest.elements.extend(elements);
        // Without the links, it is unknown whether there are older ones.
        let Some(neighbours) = Neighbours::read(&listed.body) else { break };
        match page.onward(&ids, neighbours.older) {
            Onward::End => {
                newest.since = Timestamp::MIN;
                break;
            }
            Onward::Older(id) => from = PageStart::OlderThan(id),
            Onward::Repeats | Onward::Stuck => break,
        }
        newest.since = oldest.unwrap_or(newest.since);
        if newest.since <= time {
            break;
        }
    }
    newest
}

/// The terms that a request and its payment share.
#[derive(Debug)]
struct Terms {
    id: u64,
    at: Timestamp,
    amount: Amount,
    currency: String,
    description: String,
    /// `None` if bunq shows no IBAN for the other party.
    iban: Option<String>,
}

impl Terms {
    /// The terms of a request, if it was accepted.
    fn of_request(request: &RawElement) -> Option<Self> {
        if request.status() != Some("ACCEPTED") {
            return None;
        }
        let amount = request.object().get("amount_responded").filter(|amount| amount.is_object());
        let amount = amount.or_else(|| request.object().get("amount_inquired"))?;
        Self::read(request, amount, request.time("time_responded")?)
    }

    /// The terms of a payment, if it resulted from a request.
    fn of_payment(payment: &RawElement) -> Option<Self> {
        if payment.object().get("sub_type")?.as_str() != Some("REQUEST") {
            return None;
        }
        Self::read(payment, payment.object().get("amount")?, payment.created()?)
    }

    fn read(element: &RawElement, amount: &Value, at: Timestamp) -> Option<Self> {
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let counterparty = element.object().get("counterparty_alias");
        Some(Self {
            id: element.id()?,
            at,
            amount: text(amount, "value")?.parse().ok()?,
            currency: text(amount, "currency")?,
            description: text(element.object(), "description")?,
            iban: counterparty.and_then(|counterparty| text(counterparty, "iban")),
        })
    }

    fn is_like(&self, other: &Self) -> bool {
        let same_side = match (&self.iban, &other.iban) {
            (Some(one), Some(two)) => one == two,
            // A request to an e-mail address shows no IBAN.
            (None, _) | (_, None) => true,
        };
        same_side
            && (&self.amount, &self.currency, &self.description) == (&other.amount, &other.currency, &other.description)
            && self.at.duration_since(other.at).abs() <= NEAR
    }

    fn has_iban_of(&self, other: &Self) -> bool {
        self.iban.is_some() && self.iban == other.iban
    }
}
