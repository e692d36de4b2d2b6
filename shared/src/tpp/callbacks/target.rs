//! What the hints of a customer make this deployment read. Many hints lead to few reads: all payments of an account are
//! one list.

use std::collections::BTreeMap;

use crate::types::{
    bank_object::BankObject,
    hint::{BankWord, Hint, Source},
    ids::MonetaryAccountId,
};

/// bunq's category of callbacks about connections.
const CONNECTIONS: &str = "OAUTH";
/// bunq's name of payments that were made together. Each of them has a callback of its own, too.
const PAYMENT_BATCH: &str = "PaymentBatch";

/// What one hint makes this deployment read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The newest payments of an account, and the one that the hint names.
    Payments(MonetaryAccountId),
    /// The newest payments of an account only.
    Page(MonetaryAccountId),
    /// Another object of an account.
    Object(BankObject, MonetaryAccountId, u64),
    /// The list of accounts: what the hint is about can be in each of them.
    Accounts,
    /// The customer, which tests the consent.
    Consent,
    /// Nothing: there are no events of such objects.
    Nothing,
}

impl Target {
    fn of(hint: &Hint) -> Self {
        let object = hint.object.as_ref().map(BankWord::as_str);
        let category = hint.category.as_ref().map(BankWord::as_str);
        if category == Some(CONNECTIONS) {
            return Self::Consent;
        }
        let kind = object.and_then(|name| name.parse::<BankObject>().ok());
        match (kind, hint.account_id, hint.object_id) {
            (Some(BankObject::Payment), Some(account), _) => Self::Payments(account),
            (
                Some(
                    kind @ (BankObject::MasterCardAction
                    | BankObject::DraftPayment
                    | BankObject::RequestInquiry
                    | BankObject::RequestResponse
                    | BankObject::BunqMeTab),
                ),
                Some(account),
                Some(id),
            ) => Self::Object(kind, account, id),
            (Some(_), None, _) if hint.source != Source::Bunq => Self::Accounts,
            // A kind that this program knows, in a form that it does not know.
            (Some(_), _, _) => Self::Consent,
            (None, Some(account), _) if object == Some(PAYMENT_BATCH) => Self::Page(account),
            (None, _, _) if object.is_none() => Self::Consent,
            (None, _, _) => Self::Nothing,
        }
    }
}

/// A hint, by its place in the batch.
pub(super) type Numbered = (usize, Hint);

/// What the hints of a customer make this deployment read, each with the hints that lead to it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The accounts whose payments are read.
    pub(super) payments: BTreeMap<MonetaryAccountId, Vec<Numbered>>,
    /// The other objects.
    pub(super) objects: BTreeMap<(BankObject, MonetaryAccountId, u64), Vec<Numbered>>,
    /// The hints that name no account.
    pub(super) accounts: Vec<Numbered>,
    /// The hints for which the consent is tested.
    pub(super) consent: Vec<Numbered>,
    /// The hints for which nothing is read.
    pub(super) nothing: Vec<Numbered>,
}

impl Plan {
    pub(super) fn of(hints: Vec<Numbered>) -> Self {
        let mut plan = Self::default();
        for (number, mut hint) in hints {
            let place = match Target::of(&hint) {
                Target::Payments(account) => plan.payments.entry(account).or_default(),
                Target::Page(account) => {
                    // They are those of the batch, whose numbers are no ids of payments.
                    (hint.object_id, hint.updated) = (None, None);
                    plan.payments.entry(account).or_default()
                }
                Target::Object(kind, account, id) => plan.objects.entry((kind, account, id)).or_default(),
                Target::Accounts => &mut plan.accounts,
                Target::Consent => &mut plan.consent,
                Target::Nothing => &mut plan.nothing,
            };
            place.push((number, hint));
        }
        plan
    }
}
