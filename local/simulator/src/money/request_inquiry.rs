//! Requests: a customer asks somebody for money.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::{euros, label_user};
use crate::money::counterparty::{Counterparty, Party, Place};
use crate::money::decision::{Decision, DecisionError};
use crate::money::ledger;
use crate::money::order::Order;
use crate::money::payment::{SubKind, attachments};
use crate::wire::object::{Object, object};

/// The most that the sandbox's sugar daddy gives at once.
const MOST_SUGAR: i64 = 50_000;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct RequestInquiry {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The id of the same request among those that its counterparty received.
    pub(crate) response_id: u64,
    /// The account that asks.
    pub(crate) account_id: u64,
    /// What is asked of whom.
    pub(crate) order: Order,
    /// The last moment at which it waits.
    pub(crate) expires: Timestamp,
    pub(crate) status: Option<Answered>,
    pub(crate) minimum_age: Option<u64>,
    pub(crate) require_address: Option<String>,
    pub(crate) redirect_url: Option<String>,
    /// Where somebody who does not bank here may pay.
    pub(crate) share_url: Option<String>,
    /// The `X-Bunq-Client-Request-Id` of the call that made it.
    pub(crate) request_id: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answered {
    Accepted,
    Rejected,
    Revoked,
}

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&RequestInquiry> {
    bank.books.request_inquiries.iter().find(|request| request.id == id)
}

/// Puts a request before its counterparty; one of them pays at once.
pub(crate) fn put(bank: &mut Bank, request: RequestInquiry) -> u64 {
    let id = request.id;
    let sugar = request.order.counterparty.place == Place::SugarDaddy && request.order.cents <= MOST_SUGAR;
    bank.books.request_inquiries.push(request);
    if sugar {
        // It was made a moment ago, and costs nobody's balance, so nothing can be in the way.
        let _ = decide(bank, id, Decision::Accept);
    }
    id
}

/// What the counterparty decides.
pub(crate) fn decide(bank: &mut Bank, id: u64, decision: Decision) -> Result<(), DecisionError> {
    if decision == Decision::Reject {
        return end(bank, id, Answered::Rejected);
    }
    let request = find(bank, id).ok_or(DecisionError::Unknown { thing: "request inquiry", id })?;
    request.check_pending(bank.now())?;
    let (account_id, order) = (request.account_id, request.order.clone());
    match order.counterparty.place {
        Place::Account(payer) => {
            let counterparty = Counterparty { party: Party::of(bank, account_id), place: Place::Account(account_id) };
            ledger::pay(bank, payer, &[Order { counterparty, ..order }], SubKind::Request, None)?;
        }
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => {
            ledger::receive(bank, account_id, &order);
        }
    }
    end(bank, id, Answered::Accepted)
}

/// Ends a request that still waits.
pub(crate) fn end(bank: &mut Bank, id: u64, status: Answered) -> Result<(), DecisionError> {
    let now = bank.now();
    let request = bank.books.request_inquiries.iter_mut().find(|request| request.id == id);
    let request = request.ok_or(DecisionError::Unknown { thing: "request inquiry", id })?;
    request.check_pending(now)?;
    request.status = Some(status);
    request.updated = now;
    Ok(())
}

impl RequestInquiry {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.status {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Answered::Accepted) => "ACCEPTED",
            Some(Answered::Rejected) => "REJECTED",
            Some(Answered::Revoked) => "REVOKED",
        }
    }

    fn check_pending(&self, now: Timestamp) -> Result<(), DecisionError> {
        match self.status(now) {
            "PENDING" => Ok(()),
            status => Err(DecisionError::NotPending { status }),
        }
    }

    pub(crate) fn element(&self, bank: &Bank) -> Object {
        let status = self.status(bank.now());
        let expired = (status == "EXPIRED").then(|| clock::text(self.expires));
        let updated = clock::text(self.updated);
        let own = Party::of(bank, self.account_id);
        let counterparty = &self.order.counterparty;
        let fields = object! {
            "id": self.id,
            "created": clock::text(self.created),
            "updated": expired.as_ref().unwrap_or(&updated),
            "time_responded": self.status.map(|_| &updated),
            "time_expiry": expired,
            "monetary_account_id": self.account_id,
            "amount_inquired": euros(self.order.cents),
            "amount_responded": (status == "ACCEPTED").then(|| euros(self.order.cents)),
            "status": status,
            "description": self.order.description,
            "merchant_reference": self.order.merchant_reference,
            // Recorded as the label of an account, though the schemas say of a user.
            "user_alias_created": own.label(),
            "user_alias_revoked": (status == "REVOKED").then(|| label_user(&own.name, "NL")),
            "counterparty_alias": counterparty.party.label(),
            "attachment": attachments(&self.order.attachment_ids, self.account_id),
            "minimum_age": self.minimum_age,
            "require_address": self.require_address,
            "geolocation": (),
            "type": if counterparty.place == Place::Elsewhere { "EXTERNAL" } else { "INTERNAL" },
            "sub_type": "NONE",
            "bunqme_share_url": self.share_url,
            "batch_id": (),
            "scheduled_id": (),
            "address_billing": (),
            "address_shipping": (),
            "redirect_url": self.redirect_url,
            "reference_split_the_bill": (),
        };
        object! { "RequestInquiry": fields }
    }
}
