//! Accounts in one shape.
//!
//! bunq has a kind of object for each kind of account, and adds kinds. An [`Account`] has the same fields for every
//! kind: each field is always there, and null if bunq has nothing.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::transaction::parts::SignedMoney;
use crate::transaction::reading::{Fields, visible};

/// The value is not an account: an object with one key, which names the kind, and a valid `id` inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account: an object that names its kind was expected")]
pub struct NotAccount;

/// An account of a customer, in one shape. `Debug` writes only its id.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Account {
    /// bunq's id of the account. It never changes.
    #[cfg_attr(feature = "utoipa", schema(example = 60101))]
    pub id: u64,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// bunq's own name of the kind.
    #[cfg_attr(feature = "utoipa", schema(example = "MonetaryAccountBank"))]
    pub bank_kind: String,
    /// The IBAN, if it has one.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub iban: Option<String>,
    /// What the customer calls it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub name: Option<String>,
    /// The name of its holder.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub holder: Option<String>,
    /// A currency code of ISO 4217. bunq leaves it out of some accounts at other banks.
    #[cfg_attr(feature = "utoipa", schema(required, example = "EUR"))]
    pub currency: Option<String>,
    /// The balance. Null if bunq does not show it.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub balance: Option<SignedMoney>,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// Whether its payments can be read. Those of an account at another bank cannot.
    pub has_transactions: bool,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A current account of one person or company.
    Bank,
    /// A current account of several people.
    Joint,
    /// A savings account.
    Savings,
    /// The account of a credit card.
    Card,
    /// An account at another bank.
    External,
    /// A savings account at another bank.
    ExternalSavings,
    /// A kind that this version does not know, or one that bunq no longer opens.
    Other,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It can be used.
    Active,
    /// It is blocked, wholly or for payments from it.
    Blocked,
    /// It is closed.
    Cancelled,
    /// It was closed, and may be opened again.
    PendingReopen,
    /// A status that this version does not know.
    Other,
}

impl Account {
    /// Reads bunq's object of an account: an object with one key, which names the kind.
    ///
    /// Fields of another type than documented count as absent, since bunq fills fields of accounts at other banks with
    /// null.
    ///
    /// # Errors
    ///
    /// Returns [`NotAccount`] if the value is not such an object, or if the account has no valid `id`.
    pub fn read(element: &Value) -> Result<Self, NotAccount> {
        let (bank_kind, account) = element.as_object().and_then(|object| object.iter().next()).ok_or(NotAccount)?;
        let fields = Fields(account);
        let id = fields.id().ok_or(NotAccount)?;
        let (iban, holder) = alias(account);
        let kind = AccountKind::of(bank_kind);
        Ok(Self {
            id,
            kind,
            bank_kind: bank_kind.clone(),
            iban,
            name: fields.text("description").and_then(|name| visible(&name)),
            holder: fields.text("display_name").or(holder).and_then(|name| visible(&name)),
            currency: fields.text("currency"),
            balance: fields.money("balance"),
            status: AccountStatus::of(fields.text("status").as_deref()),
            has_transactions: !matches!(kind, AccountKind::External | AccountKind::ExternalSavings),
        })
    }
}

/// Returns the IBAN of an account, and the name with it. An account can also have aliases of other types.
fn alias(account: &Value) -> (Option<String>, Option<String>) {
    let aliases = account.get("alias").and_then(Value::as_array);
    let is_iban = |alias: &&Value| Fields(alias).text("type").is_some_and(|kind| kind == "IBAN");
    let Some(alias) = aliases.into_iter().flatten().find(is_iban) else { return (None, None) };
    (Fields(alias).text("value"), Fields(alias).text("name"))
}

impl AccountKind {
    fn of(bank_kind: &str) -> Self {
        match bank_kind {
            "MonetaryAccountBank" => Self::Bank,
            "MonetaryAccountJoint" => Self::Joint,
            "MonetaryAccountSavings" => Self::Savings,
            "MonetaryAccountCard" => Self::Card,
            "MonetaryAccountExternal" => Self::External,
            "MonetaryAccountExternalSavings" => Self::ExternalSavings,
            _ => Self::Other,
        }
    }
}

impl AccountStatus {
    fn of(status: Option<&str>) -> Self {
        match status {
            Some("ACTIVE") => Self::Active,
            Some("BLOCKED") => Self::Blocked,
            Some("CANCELLED") => Self::Cancelled,
            Some("PENDING_REOPEN") => Self::PendingReopen,
            Some(_) | None => Self::Other,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.id)
    }
}
