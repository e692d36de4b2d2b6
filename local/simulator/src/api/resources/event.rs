//! Events: everything that happened in the accounts that a session may see, newest first. An event has the id of its
//! object; no recording shows the real ids.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::{draft_payment, payment, request_inquiry, request_response, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::balance;
use crate::ledger::request_inquiry::asked_of;
use crate::records::draft_payment::DraftPayment;
use crate::records::payment::Payment;
use crate::records::request_inquiry::RequestInquiry;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// One event in an account.
struct Event<'a> {
    id: u64,
    account_id: u64,
    subject: Subject<'a>,
}

enum Subject<'a> {
    Payment(Box<Cow<'a, Payment>>),
    Draft(&'a DraftPayment),
    Request(&'a RequestInquiry),
    Response(&'a RequestInquiry),
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let wanted_accounts = call.query_value("monetary_account_id");
    let wanted = |account_id: u64| {
        let ids = wanted_accounts.as_deref();
        ids.is_none_or(|ids| ids.split(',').any(|id| id.trim() == account_id.to_string()))
    };
    let status = call.query_value("status");
    let mut events = all(bank, call, caller)?;
    events.retain(|event| wanted(event.account_id));
    events.retain(|event| status.as_deref().is_none_or(|status| status == event.status(bank)));
    let events = events.into_iter().map(|event| (event.id, event)).collect();
    listing_of(bank, call, events, |event| event.element(bank, id))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(1);
    let event = all(bank, call, caller)?.into_iter().find(|event| event.id == id);
    let event = event.ok_or(Refusal::NotFound { thing: "Event", id })?;
    Ok(Answer::one(event.element(bank, call.id(0))))
}

fn all<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<Vec<Event<'a>>, Refusal> {
    let Some(granted) = user::granted_in_path(bank, call, caller)? else { return Ok(Vec::new()) };
    let accounts: Vec<u64> =
        granted.customer.accounts.iter().map(|account| account.id).filter(|id| granted.sees(*id)).collect();
    let mut events = Vec::new();
    for account_id in accounts {
        let payments = balance::payments(bank, account_id);
        events.extend(payments.into_iter().map(|payment| Event {
            id: payment.id,
            account_id,
            subject: Subject::Payment(Box::new(payment)),
        }));
        let drafts = bank.books.draft_payments.iter().filter(|draft| draft.account_id == account_id);
        events.extend(drafts.map(|draft| Event { id: draft.id, account_id, subject: Subject::Draft(draft) }));
        let made = bank.books.request_inquiries.iter().filter(|request| request.account_id == account_id);
        events.extend(made.map(|request| Event { id: request.id, account_id, subject: Subject::Request(request) }));
        let asked = asked_of(bank, account_id);
        events.extend(asked.map(|request| Event {
            id: request.response_id,
            account_id,
            subject: Subject::Response(request),
        }));
    }
    Ok(events)
}

impl Event<'_> {
    fn status(&self, bank: &Bank) -> &'static str {
        let status = match &self.subject {
            Subject::Payment(_) => "",
            Subject::Draft(draft) => draft.status(bank.now()),
            Subject::Request(request) | Subject::Response(request) => request.status(bank.now()),
        };
        if status == "PENDING" { "AWAITING_REPLY" } else { "FINALIZED" }
    }

    /// The object of an event. In the bank's schemas the ids of user and account are text.
    fn element(&self, bank: &Bank, user_id: u64) -> Object {
        let (created, updated, object): (Timestamp, Timestamp, Object) = match &self.subject {
            Subject::Payment(made) => (made.created, made.created, payment::element(&bank.customers, made)),
            Subject::Draft(draft) => (draft.created, draft.updated, draft_payment::element(bank, draft)),
            Subject::Request(request) => (request.created, request.updated, request_inquiry::element(bank, request)),
            Subject::Response(request) => (request.created, request.updated, request_response::element(bank, request)),
        };
        let fields = object! {
            "id": self.id,
            "created": clock::text(created),
            "updated": clock::text(updated),
            "action": if created == updated { "CREATE" } else { "UPDATE" },
            "user_id": user_id.to_string(),
            "monetary_account_id": self.account_id.to_string(),
            "object": object,
            "status": self.status(bank),
        };
        object! { "Event": fields }
    }
}
