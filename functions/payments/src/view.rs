//! Transactions in answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::{
    bunq::transaction::Transaction,
    http::RawElement,
    types::ids::{MonetaryAccountId, TransactionId},
};
use utoipa::ToSchema;

/// A transaction, and bunq's own object if the caller requests it.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionWithRaw)]
pub(crate) struct TransactionView {
    #[serde(flatten)]
    pub(crate) transaction: Transaction,
    /// bunq's `Payment`, as bunq wrote it. Only with `raw=true`.
    #[schema(value_type = Object, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Box<RawValue>>,
}

impl TransactionView {
    /// `element` is bunq's object, if the caller requests it.
    pub(crate) fn new(transaction: Transaction, element: Option<&RawElement>) -> Self {
        Self { transaction, raw: element.and_then(raw) }
    }
}

/// Returns bunq's object in an element, as bunq wrote it.
fn raw(element: &RawElement) -> Option<Box<RawValue>> {
    serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(element.text()).ok()?.into_values().next()
}

/// A page of transactions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the answer is written as text, so that its size is known")]
pub(crate) struct TransactionPage {
    /// The newest first. Can be empty although there are more.
    transactions: Vec<TransactionView>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What changed since a cursor.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransactionChanges {
    /// New transactions. Store them by `id`.
    pub(crate) added: Vec<TransactionView>,
    /// Transactions that were given before and have changed since. Store them by `id`, unless the stored one has a
    /// later `updated_at`.
    pub(crate) modified: Vec<TransactionView>,
    /// Transactions that were given before and are gone. bunq is not known to remove any.
    pub(crate) removed: Vec<RemovedTransaction>,
    /// The `cursor` of the next request. Save it in the same transaction of your database as the changes.
    #[schema(max_length = 2048)]
    pub(crate) next_cursor: String,
    /// Whether more is known now: request it at once. Otherwise, request it again at any time.
    pub(crate) has_more: bool,
    /// When bunq was asked.
    #[schema(format = DateTime)]
    pub(crate) as_of: String,
}

/// A transaction that is gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemovedTransaction {
    /// The id of the transaction.
    #[schema(example = "60101.71200")]
    id: String,
    /// Why: `gone`, because bunq no longer lists it.
    #[schema(example = "gone")]
    reason: &'static str,
}

impl RemovedTransaction {
    pub(crate) fn gone(id: TransactionId) -> Self {
        Self { id: id.to_string(), reason: "gone" }
    }
}

/// Returns the elements of a listing as transactions, newest first. Elements without a valid id are left out.
pub(crate) fn transactions(
    account: MonetaryAccountId,
    elements: &[RawElement],
    now: Timestamp,
) -> Vec<(Transaction, &RawElement)> {
    let read = |element| Some((Transaction::read(account.into(), RawElement::object(element), now).ok()?, element));
    let mut listed: Vec<_> = elements.iter().filter_map(read).collect();
    if listed.len() < elements.len() {
        tracing::warn!("bunq: a payment without an id was left out");
    }
    listed.sort_by_key(|(transaction, _)| std::cmp::Reverse(transaction.payment_id));
    listed
}
