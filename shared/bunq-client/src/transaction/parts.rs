//! The parts of a transaction.

use serde::Serialize;

use super::kind::Direction;

/// An amount with its sign, as bunq wrote it: decimal text such as `-12.50`. It has no `Debug`, so that it reaches no
/// log.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SignedMoney {
    /// Decimal text. Negative if money left the account, or if the balance is below zero.
    #[cfg_attr(feature = "utoipa", schema(example = "-12.50"))]
    pub value: String,
    /// A currency code of ISO 4217.
    #[cfg_attr(feature = "utoipa", schema(example = "EUR"))]
    pub currency: String,
}

/// One side of a transaction. It has no `Debug`, so that it reaches no log.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = TransactionParty))]
pub struct Party {
    /// The name, without control characters and direction marks.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub name: Option<String>,
    /// The IBAN, if bunq has it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub iban: Option<String>,
    /// Whether it is a shop or an account; null if neither is known.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub kind: Option<PartyType>,
}

/// What a side of a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartyType {
    /// An account with an IBAN.
    Account,
    /// A shop, whose account bunq does not show.
    Merchant,
}

/// The shop of a card payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Merchant {
    /// The merchant category code of ISO 18245.
    pub category_code: String,
    /// The city. bunq's `Payment` does not have it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub city: Option<String>,
}

impl SignedMoney {
    /// Whether the money came in or went out. Zero counts as coming in.
    pub(super) fn direction(&self) -> Direction {
        let is_zero = !self.value.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if self.value.starts_with('-') && !is_zero { Direction::Out } else { Direction::In }
    }
}
