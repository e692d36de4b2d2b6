//! Drafts: payments that an application prepared and the customer must approve.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::{euros, label_user};
use crate::money::counterparty::Party;
use crate::money::decision::{Decision, DecisionError};
use crate::money::ledger;
use crate::money::order::Order;
use crate::money::payment::{PaymentKind, SubKind, attachments};
use crate::money::payment_batch;
use crate::money::schedule::Schedule;
use crate::wire::object::{Object, object};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct DraftPayment {
    /// The ids after this one are those of the entries.
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) account_id: u64,
    /// Who prepared it, by the name that the customer knows.
    pub(crate) made_by: String,
    pub(crate) entries: Vec<Order>,
    pub(crate) schedule: Option<Schedule>,
    /// The last moment at which it waits.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<Outcome>,
    /// The `X-Bunq-Client-Request-Id` of the call that made it.
    pub(crate) request_id: Option<String>,
}

/// How a draft ended.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Paid {
        payment_ids: Vec<u64>,
        /// Where the draft had several entries.
        batch_id: Option<u64>,
    },
    /// Nothing was paid yet, and this simulator never will.
    Scheduled {
        id: u64,
    },
    Rejected,
    Cancelled,
}

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&DraftPayment> {
    bank.books.draft_payments.iter().find(|draft| draft.id == id)
}

/// What the customer decides in the app.
pub(crate) fn decide(bank: &mut Bank, id: u64, decision: Decision) -> Result<(), DecisionError> {
    match decision {
        Decision::Accept => accept(bank, id),
        Decision::Reject => end(bank, id, Outcome::Rejected),
    }
}

/// Ends a draft that still waits.
pub(crate) fn end(bank: &mut Bank, id: u64, outcome: Outcome) -> Result<(), DecisionError> {
    let now = bank.now();
    let thing = "draft payment";
    let draft = bank.books.draft_payments.iter_mut().find(|draft| draft.id == id);
    let draft = draft.ok_or(DecisionError::Unknown { thing, id })?;
    draft.check_pending(now)?;
    draft.outcome = Some(outcome);
    draft.updated = now;
    Ok(())
}

fn accept(bank: &mut Bank, id: u64) -> Result<(), DecisionError> {
    let draft = find(bank, id).ok_or(DecisionError::Unknown { thing: "draft payment", id })?;
    draft.check_pending(bank.now())?;
    let (account_id, entries) = (draft.account_id, draft.entries.clone());
    let outcome = if draft.schedule.is_some() {
        Outcome::Scheduled { id: bank.books.new_id() }
    } else {
        match entries.as_slice() {
            [_] => {
                let payment_ids = ledger::pay(bank, account_id, &entries, SubKind::Payment, None)?;
                Outcome::Paid { payment_ids, batch_id: None }
            }
            _ => {
                let (id, payment_ids) = payment_batch::pay(bank, account_id, &entries)?;
                Outcome::Paid { payment_ids, batch_id: Some(id) }
            }
        }
    };
    end(bank, id, outcome)
}

impl DraftPayment {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Outcome::Paid { .. } | Outcome::Scheduled { .. }) => "ACCEPTED",
            Some(Outcome::Rejected) => "REJECTED",
            Some(Outcome::Cancelled) => "CANCELLED",
        }
    }

    pub(crate) fn cents(&self) -> i64 {
        self.entries.iter().map(|entry| entry.cents).sum()
    }

    /// When it last changed; a draft changes by growing old, too.
    pub(crate) fn updated(&self, now: Timestamp) -> String {
        clock::text(if self.status(now) == "EXPIRED" { self.expires } else { self.updated })
    }

    fn check_pending(&self, now: Timestamp) -> Result<(), DecisionError> {
        match self.status(now) {
            "PENDING" => Ok(()),
            status => Err(DecisionError::NotPending { status }),
        }
    }

    pub(crate) fn element(&self, bank: &Bank) -> Object {
        let now = bank.now();
        let status = self.status(now);
        let user = label_user(&Party::of(bank, self.account_id).name, "NL");
        let answered = matches!(status, "ACCEPTED" | "REJECTED");
        let entries: Vec<Object> =
            (self.id + 1..).zip(&self.entries).map(|(id, entry)| self.entry(bank, id, entry)).collect();
        let inside = self.entries.iter().all(|entry| entry.counterparty.party.is_bunq());
        let fields = object! {
            "id": self.id,
            "created": clock::text(self.created),
            "updated": self.updated(now),
            "monetary_account_id": self.account_id,
            "status": status,
            "type": kind(inside),
            "user_alias_created": user,
            "responses": answered.then(|| [object! { "status": status, "user_alias_created": user }]),
            "entries": entries,
            "object": self.object(bank),
            "request_reference_split_the_bill": [(); 0],
            "schedule": self.schedule.as_ref().map(Schedule::fields),
        };
        object! { "DraftPayment": fields }
    }

    fn entry(&self, bank: &Bank, id: u64, entry: &Order) -> Object {
        object! {
            "id": id,
            "amount": euros(entry.cents),
            "alias": Party::of(bank, self.account_id).label(),
            "counterparty_alias": entry.counterparty.party.label(),
            "description": entry.description,
            "type": kind(entry.counterparty.party.is_bunq()),
            "attachment": attachments(&entry.attachment_ids, self.account_id),
            "merchant_reference": entry.merchant_reference,
        }
    }

    /// What became of an accepted draft: one more object with one key.
    fn object(&self, bank: &Bank) -> Option<Object> {
        match &self.outcome {
            Some(Outcome::Paid { payment_ids, batch_id }) => {
                if let Some(id) = batch_id {
                    return Some(payment_batch::element(bank, *id, self.updated, payment_ids));
                }
                let made = bank.books.payments.iter().find(|payment| payment_ids.contains(&payment.id));
                made.map(|payment| payment.element(bank))
            }
            Some(Outcome::Scheduled { id }) => {
                let schedule = self.schedule.as_ref()?;
                Some(schedule.element(bank, *id, self))
            }
            Some(Outcome::Rejected | Outcome::Cancelled) | None => None,
        }
    }
}

/// Only `BUNQ` was recorded.
pub(crate) fn kind(inside: bool) -> PaymentKind {
    if inside { PaymentKind::Bunq } else { PaymentKind::EbaSct }
}
