//! A person or a company with accounts at this bank.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::customers::account::Account;
use crate::records::parts::Alias;

/// A person or a company with accounts at this bank.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Customer {
    pub(crate) id: u64,
    /// The name that tests and pages use.
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) display_name: String,
    pub(crate) nick_name: String,
    /// The purpose of this customer, for the visitor who picks one.
    pub(crate) about: String,
    pub(crate) identity: Identity,
    /// The mail address.
    pub(crate) alias: Alias,
    #[serde(skip)]
    pub(crate) accounts: Vec<Account>,
}

/// The fields that differ between persons and companies.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Identity {
    Person { first_name: String, middle_name: String, last_name: String },
    Company { director: String },
}

impl Customer {
    /// `UserPerson` or `UserCompany`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.identity {
            Identity::Person { .. } => "UserPerson",
            Identity::Company { .. } => "UserCompany",
        }
    }

    pub(crate) fn account(&self, id: u64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }
}
