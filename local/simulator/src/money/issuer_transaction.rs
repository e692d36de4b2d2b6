//! Issuer transactions: an application asks for a payment that any customer may make, from any account, on the bank's
//! pay page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::euros;
use crate::money::counterparty::{Party, Place};
use crate::money::decision::DecisionError;
use crate::money::ledger;
use crate::money::order::Order;
use crate::money::payment::SubKind;
use crate::wire::object::{Object, object};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct IssuerTransaction {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The name by which anybody may see and pay it.
    pub(crate) public_uuid: Uuid,
    pub(crate) psp_user_id: u64,
    pub(crate) order: Order,
    /// Where the browser goes from the pay page.
    pub(crate) url_redirect: String,
    /// The last moment at which it waits.
    pub(crate) expires: Timestamp,
    pub(crate) outcome: Option<Settled>,
    /// The `X-Bunq-Client-Request-Id` of the call that made it.
    pub(crate) request_id: Option<String>,
}

/// How an issuer transaction ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Settled {
    Accepted { account_id: u64 },
    Rejected,
    Cancelled,
}

pub(crate) fn find(bank: &Bank, id: u64) -> Option<&IssuerTransaction> {
    bank.books.issuer_transactions.iter().find(|transaction| transaction.id == id)
}

/// By the name that the pay page and the public view go by; any text may be asked for.
pub(crate) fn by_public_uuid<'a>(bank: &'a Bank, text: &str) -> Option<&'a IssuerTransaction> {
    let uuid = Uuid::try_parse(text).ok()?;
    bank.books.issuer_transactions.iter().find(|transaction| transaction.public_uuid == uuid)
}

/// Pays from an account.
pub(crate) fn accept(bank: &mut Bank, id: u64, account_id: u64) -> Result<(), DecisionError> {
    let transaction = find(bank, id).ok_or(unknown(id))?;
    transaction.check_pending(bank.now())?;
    let order = transaction.order.clone();
    if order.counterparty.place == Place::Account(account_id) {
        return Err(DecisionError::Itself);
    }
    ledger::pay(bank, account_id, &[order], SubKind::Payment, None)?;
    end(bank, id, Settled::Accepted { account_id })
}

/// Ends a transaction that still waits.
pub(crate) fn end(bank: &mut Bank, id: u64, outcome: Settled) -> Result<(), DecisionError> {
    let now = bank.now();
    let transaction = bank.books.issuer_transactions.iter_mut().find(|transaction| transaction.id == id);
    let transaction = transaction.ok_or(unknown(id))?;
    transaction.check_pending(now)?;
    transaction.outcome = Some(outcome);
    transaction.updated = now;
    Ok(())
}

fn unknown(id: u64) -> DecisionError {
    DecisionError::Unknown { thing: "issuer transaction", id }
}

impl IssuerTransaction {
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            None if now < self.expires => "PENDING",
            None => "EXPIRED",
            Some(Settled::Accepted { .. }) => "ACCEPTED",
            Some(Settled::Rejected) => "REJECTED",
            Some(Settled::Cancelled) => "CANCELLED",
        }
    }

    pub(crate) fn check_pending(&self, now: Timestamp) -> Result<(), DecisionError> {
        match self.status(now) {
            "PENDING" => Ok(()),
            status => Err(DecisionError::NotPending { status }),
        }
    }

    /// As its provider sees it. The bank's own client libraries cannot read an `alias` that is null, so it is there
    /// only once somebody has paid.
    pub(crate) fn element(&self, bank: &Bank) -> Object {
        let payer = match self.outcome {
            Some(Settled::Accepted { account_id }) => Some(Party::of(bank, account_id).label()),
            Some(Settled::Rejected | Settled::Cancelled) | None => None,
        };
        let fields = object! { "id": self.id }.and(self.public_fields(bank.now())).with_some("alias", payer);
        object! { "PaymentServiceProviderIssuerTransaction": fields }
    }

    /// As anybody may see it, so without who paid. No recording shows which fields the real bank gives here.
    pub(crate) fn public_element(&self, bank: &Bank) -> Object {
        object! { "PaymentServiceProviderIssuerTransactionPublic": self.public_fields(bank.now()) }
    }

    fn public_fields(&self, now: Timestamp) -> Object {
        let status = self.status(now);
        let updated = if status == "EXPIRED" { self.expires } else { self.updated };
        object! {
            "created": clock::text(self.created),
            "updated": clock::text(updated),
            "public_uuid": self.public_uuid.to_string(),
            "counterparty_alias": self.order.counterparty.party.label(),
            "amount": euros(self.order.cents),
            "description": self.order.description,
            "url_redirect": self.url_redirect,
            "time_expiry": clock::text(self.expires),
            "status": status,
        }
    }
}
