//! Finds what happened at the bank since the last look, as the events that callbacks report.
//!
//! It compares the books with what it saw before, so no place that changes them can forget to report. Payments of the
//! first day make no events.

use std::collections::{BTreeSet, HashMap};

use crate::api::resources::{draft_payment, payment, payment_batch, request_inquiry, request_response};
use crate::bank::Bank;
use crate::ledger::notification::live_connections;
use crate::records::arrivals::Arrivals;
use crate::records::counterparty::Place;
use crate::records::payment::{Payment, PaymentKind, SubKind};
use crate::records::request_inquiry::RequestInquiry;
use crate::wire::object::{Object, object};

/// An event that callbacks report.
pub(crate) struct Event {
    pub(crate) subject: Subject,
    pub(crate) category: &'static str,
    pub(crate) event_type: String,
    pub(crate) object_id: u64,
    /// The object as the API shows it now.
    pub(crate) object: Object,
}

/// Who is informed of an event.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// All users who may see the account.
    Account(u64),
    /// The user of an ended connection.
    Connection(u64),
}

/// The objects of the bank at one moment, to compare with later ones.
pub(crate) struct Snapshot {
    payments: usize,
    arrivals: usize,
    batches: usize,
    drafts: HashMap<u64, &'static str>,
    requests: HashMap<u64, &'static str>,
    connections: BTreeSet<u64>,
}

impl Snapshot {
    /// Everything that is there now.
    pub(crate) fn now(bank: &Bank) -> Self {
        let now = bank.now();
        let books = &bank.books;
        Self {
            payments: books.payments.len(),
            arrivals: books.arrivals.len(),
            batches: books.payment_batches.len(),
            drafts: books.draft_payments.iter().map(|draft| (draft.id, draft.status(now))).collect(),
            requests: books.request_inquiries.iter().map(|request| (request.id, request.status(now))).collect(),
            connections: live_connections(bank).collect(),
        }
    }

    /// What happened since the last look, oldest first within its kind.
    pub(crate) fn events_since(&self, bank: &Bank) -> Vec<Event> {
        let books = &bank.books;
        let now = bank.now();
        let mut events = Vec::new();
        let arrived = books.arrivals.iter().skip(self.arrivals).flat_map(Arrivals::payments);
        for made in books.payments.iter().skip(self.payments).cloned().chain(arrived) {
            events.extend(of_payment(bank, &made));
        }
        for batch in books.payment_batches.iter().skip(self.batches) {
            let object = payment_batch::element(bank, batch.id, batch.created, &batch.payment_ids);
            let subject = Subject::Account(batch.account_id);
            events.push(event(subject, "PAYMENT", "PAYMENT_BATCH_CREATED", batch.id, object));
        }
        for draft in &books.draft_payments {
            let subject = Subject::Account(draft.account_id);
            for suffix in event_suffixes(self.drafts.get(&draft.id), draft.status(now)) {
                let object = draft_payment::element(bank, draft);
                events.push(event(subject, "DRAFT_PAYMENT", &format!("DRAFT_PAYMENT_{suffix}"), draft.id, object));
            }
        }
        for request in &books.request_inquiries {
            for suffix in event_suffixes(self.requests.get(&request.id), request.status(now)) {
                events.extend(of_request(bank, request, suffix));
            }
        }
        let live: BTreeSet<u64> = live_connections(bank).collect();
        events.extend(self.connections.difference(&live).filter_map(|id| of_ended_connection(bank, *id)));
        events
    }
}

fn event(subject: Subject, category: &'static str, event_type: &str, object_id: u64, object: Object) -> Event {
    Event { subject, category, event_type: event_type.to_owned(), object_id, object }
}

/// A payment is a mutation. Unless it came from a request or by iDEAL, it is also a payment.
fn of_payment(bank: &Bank, made: &Payment) -> impl Iterator<Item = Event> {
    let direction = if made.cents < 0 { "CREATED" } else { "RECEIVED" };
    let is_payment = made.sub_kind != SubKind::Request && made.kind != PaymentKind::Ideal;
    let object = payment::element(&bank.customers, made);
    let (subject, id) = (Subject::Account(made.account_id), made.id);
    let categories = ["MUTATION", "PAYMENT"].into_iter().take(if is_payment { 2 } else { 1 });
    categories.map(move |category| event(subject, category, &format!("{category}_{direction}"), id, object.clone()))
}

/// A request concerns the account that asks, and that which is asked if it is at this bank.
fn of_request(bank: &Bank, request: &RequestInquiry, suffix: &str) -> impl Iterator<Item = Event> {
    let (inquiry, response) = (request_inquiry::element(bank, request), request_response::element(bank, request));
    let asking = Subject::Account(request.account_id);
    let kind = format!("REQUEST_INQUIRY_{suffix}");
    let asked = match request.order.counterparty.place {
        Place::Account(id) => {
            let kind = format!("REQUEST_RESPONSE_{suffix}");
            Some(event(Subject::Account(id), "REQUEST", &kind, request.response_id, response))
        }
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => None,
    };
    [event(asking, "REQUEST", &kind, request.id, inquiry)].into_iter().chain(asked)
}

/// No source has the object of this event, so its type and its field say that they are invented.
fn of_ended_connection(bank: &Bank, id: u64) -> Option<Event> {
    let customer = bank.customers.named(&bank.books.user_api_key(id)?.customer)?;
    let note = "Simulator: the bank's object of this event is not known.";
    let object = object! { "User": object! { "id": customer.id, "display_name": customer.display_name, "note": note } };
    Some(event(Subject::Connection(id), "OAUTH", "SIMULATOR_CONNECTION_ENDED", customer.id, object))
}

/// The ends of the event types for an object whose status was `before` and is `now`. An object that was created and
/// decided in one call has two events. If the bank's clock was set back, an expired object is pending again: no event.
fn event_suffixes(before: Option<&&'static str>, now: &'static str) -> impl Iterator<Item = &'static str> {
    let created = before.is_none().then_some("CREATED");
    let decided = (before != Some(&now) && now != "PENDING").then_some(now);
    created.into_iter().chain(decided)
}
