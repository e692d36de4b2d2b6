//! Payments in one shape.
//!
//! bunq's `Payment` has about thirty combinations of type and sub-type, names with control characters, and times
//! without a zone. A [`Transaction`] has the same fields for every payment: each field is always there, and null if
//! bunq has nothing. The names of the fields are ours.

mod day;
mod kind;
pub(crate) mod parts;
pub(crate) mod reading;
pub mod sync;
pub(crate) mod time;

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::day::booking_date;
pub use self::day::start_of_day;
pub use self::kind::{Direction, Method, TransactionType};
pub use self::parts::{Merchant, Party, PartyType, SignedMoney};
use self::reading::Fields;

/// Until this age, bunq may still change the amount of a payment. No later change is known.
const CHANGES_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The value is not a payment: an object whose `id` is a number from 1 to 2^63 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a payment: an object with an id was expected")]
pub struct NotPayment;

/// A payment of an account, in one shape. `Debug` writes only its id.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Transaction {
    /// The id of the account and that of the payment, joined with a dot. It never changes.
    #[cfg_attr(feature = "utoipa", schema(example = "60101.71234"))]
    pub id: String,
    /// bunq's id of the payment.
    #[serde(skip)]
    pub payment_id: u64,
    /// bunq's id of the account.
    #[cfg_attr(feature = "utoipa", schema(example = 60101))]
    pub account_id: u64,
    /// Whether it is booked. A later version may have others than `booked`.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "booked"))]
    pub status: Status,
    /// Whether the amount may still change. It follows from `booked_at` and the time of reading.
    pub mutability: Mutability,
    /// When bunq booked it, in UTC, always with six decimals: earlier times sort before later ones as texts, too.
    #[serde(serialize_with = "time::serialize")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = DateTime, required))]
    pub booked_at: Option<Timestamp>,
    /// The day on which bunq booked it, in Amsterdam.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = Date, required))]
    pub booking_date: Option<Date>,
    /// When bunq last changed it, in the same form.
    #[serde(serialize_with = "time::serialize")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = DateTime, required))]
    pub updated_at: Option<Timestamp>,
    /// Signed: negative if the account paid.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub amount: Option<SignedMoney>,
    /// Whether money came in or went out. Null without an amount.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub direction: Option<Direction>,
    /// The amount in the currency of the shop. bunq's `Payment` does not have it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub original_amount: Option<SignedMoney>,
    /// Who paid, or was paid.
    pub counterparty: Party,
    /// The account itself.
    pub own: Party,
    /// Whether both accounts belong to the same customer.
    pub internal: bool,
    /// The description.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub remittance: Option<String>,
    /// The reference that the merchant gave.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub reference: Option<String>,
    /// The payer's reference. bunq does not have it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub end_to_end_id: Option<String>,
    /// The mandate of a direct debit. bunq does not have it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub mandate_id: Option<String>,
    /// The creditor of a direct debit. bunq does not have it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub creditor_id: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: TransactionType,
    /// How the money moved.
    pub method: Method,
    /// bunq's own type.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub bank_type: Option<String>,
    /// bunq's own sub-type.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub bank_sub_type: Option<String>,
    /// Domain, family and sub-family of ISO 20022, such as `PMNT-ICDT-ESCT`.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "PMNT-ICDT-ESCT"))]
    pub bank_transaction_code: &'static str,
    /// The shop, if a card was used.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub merchant: Option<Merchant>,
    /// The balance of the account after it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub balance_after: Option<SignedMoney>,
    /// The card transaction. bunq's `Payment` does not link it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub card_transaction_id: Option<String>,
    /// The transaction that it reverses. bunq does not link it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub reverses: Option<String>,
}

/// Whether a transaction is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = TransactionStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// bunq lists it as a payment. This includes what a card has reserved, since bunq does not tell them apart.
    Booked,
}

/// Whether the amount of a transaction may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = TransactionMutability))]
#[serde(rename_all = "snake_case")]
pub enum Mutability {
    /// It may: bunq changes the amount of a card payment.
    Mutable,
    /// No change of a payment of this age is known.
    Immutable,
}

impl Transaction {
    /// Reads bunq's `Payment`: its fields, or an object with the key `Payment`. `account_id` is the account in which it
    /// was listed, and `now` decides the mutability.
    ///
    /// Fields of another type than documented count as absent, since bunq adds types and fills fields with null.
    ///
    /// # Errors
    ///
    /// Returns [`NotPayment`] if the value is not an object, or has no valid `id`.
    pub fn read(account_id: u64, payment: &Value, now: Timestamp) -> Result<Self, NotPayment> {
        let fields = Fields(payment.get("Payment").unwrap_or(payment));
        let payment_id = fields.id().ok_or(NotPayment)?;
        let (own, other) = (fields.object("alias"), fields.object("counterparty_alias"));
        let booked_at = fields.time("created");
        let amount = fields.money("amount");
        let direction = amount.as_ref().map(SignedMoney::direction);
        let (bank_type, bank_sub_type) = (fields.text("type"), fields.text("sub_type"));
        let (kind, method, bank_transaction_code) =
            kind::read(bank_type.as_deref(), bank_sub_type.as_deref(), direction);
        let merchant = other.text("merchant_category_code");
        let is_settled = booked_at.is_some_and(|booked| now.duration_since(booked) > CHANGES_FOR);
        Ok(Self {
            id: format!("{account_id}.{payment_id}"),
            payment_id,
            account_id,
            status: Status::Booked,
            mutability: if is_settled { Mutability::Immutable } else { Mutability::Mutable },
            booked_at,
            booking_date: booked_at.and_then(booking_date),
            updated_at: fields.time("updated"),
            amount,
            direction,
            original_amount: None,
            counterparty: other.party(merchant.is_some()),
            own: own.party(false),
            internal: own.user().is_some() && own.user() == other.user(),
            remittance: fields.text("description"),
            reference: fields.text("merchant_reference"),
            end_to_end_id: None,
            mandate_id: None,
            creditor_id: None,
            kind,
            method,
            bank_type,
            bank_sub_type,
            bank_transaction_code,
            merchant: merchant.map(|category_code| Merchant { category_code, city: None }),
            balance_after: fields.money("balance_after_mutation"),
            card_transaction_id: None,
            reverses: None,
        })
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transaction({})", self.id)
    }
}
