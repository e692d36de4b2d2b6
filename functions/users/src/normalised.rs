//! Accounts in one shape, whatever their kind.

use serde::Serialize;
use shared::{
    bunq::account::Account,
    http::{Problem, RawElement, openapi::schemas::AccountList},
    words,
};
use utoipa::ToSchema;

words! {
    /// The form in which accounts are returned.
    pub(crate) enum AccountFormat {
        Bunq = "bunq",
        Normalised = "normalised",
    }
    else "must be bunq or normalised"
}

/// A page of accounts, as the parameter `format` selects it.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the answer")]
pub(crate) enum ListedAccounts {
    Bunq(AccountList),
    Normalised(NormalisedAccounts),
}

/// A page of accounts in one shape.
#[derive(Serialize, ToSchema)]
pub(crate) struct NormalisedAccounts {
    /// In bunq's order.
    accounts: Vec<Account>,
}

impl NormalisedAccounts {
    /// Reads bunq's list. Elements without a valid id are left out.
    ///
    /// # Errors
    /// Returns `bank_unavailable` if the answer is not a list in bunq's format.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let elements = RawElement::read_all(body)?;
        let accounts: Vec<_> = elements.iter().filter_map(|element| Account::read(&element.whole()).ok()).collect();
        if accounts.len() < elements.len() {
            tracing::warn!("bunq: an account without an id was left out");
        }
        Ok(Self { accounts })
    }
}
