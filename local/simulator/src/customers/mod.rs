//! The customers this bank opens with. They and their ids are the same on every start, so a connection outlives a
//! restart.

mod accounts;
pub(crate) mod parts;
mod people;

use serde_json::{Value, json};

use crate::settings::Settings;

/// A person or a company that banks here.
pub(crate) struct Customer {
    pub(crate) id: u64,
    /// The name that tests and the authorize page use.
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) nick_name: String,
    /// Why one would pick this customer.
    pub(crate) about: &'static str,
    kind: Kind,
    fields: Value,
    pub(crate) accounts: Vec<Account>,
}

#[derive(Clone, Copy)]
enum Kind {
    Person,
    Company,
}

/// A monetary account of a customer.
pub(crate) struct Account {
    pub(crate) id: u64,
    /// The key that wraps it, such as `MonetaryAccountBank`.
    pub(crate) kind: &'static str,
    pub(crate) fields: Value,
    /// What was on it on the first day, where the money is held here and not at another bank.
    pub(crate) first_cents: Option<i64>,
}

/// All customers.
pub(crate) struct Customers(Vec<Customer>);

impl Customers {
    pub(crate) fn of_the_first_day() -> Self {
        Self(vec![people::person(), people::company(), people::empty(), people::strange()])
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Customer> {
        self.0.iter().find(|customer| customer.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.0.iter()
    }

    /// An account and whose it is.
    pub(crate) fn account(&self, id: u64) -> Option<(&Customer, &Account)> {
        self.0.iter().find_map(|customer| Some((customer, customer.account(id)?)))
    }

    /// The account that an IBAN, a mail address or a telephone number leads to. An address of the customer leads to the
    /// first account.
    pub(crate) fn account_by_alias(&self, kind: &str, value: &str) -> Option<(&Customer, &Account)> {
        let among = |aliases: &Value| {
            let mut aliases = aliases.as_array().into_iter().flatten();
            aliases.any(|alias| {
                alias["type"] == kind && alias["value"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(value))
            })
        };
        let of_account = self.0.iter().find_map(|customer| {
            let mut accounts = customer.accounts.iter();
            accounts.find(|account| among(&account.fields["alias"])).map(|account| (customer, account))
        });
        let of_customer = || {
            let customer = self.0.iter().find(|customer| among(&customer.fields["alias"]))?;
            Some((customer, customer.accounts.first()?))
        };
        of_account.or_else(of_customer)
    }
}

impl Customer {
    /// `UserPerson` or `UserCompany`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Person => "UserPerson",
            Kind::Company => "UserCompany",
        }
    }

    pub(crate) fn account(&self, id: u64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The customer as GET user gives it.
    pub(crate) fn element(&self, settings: &Settings) -> Value {
        let mut fields = self.fields.clone();
        fields["session_timeout"] = json!(settings.session_timeout_seconds);
        json!({self.kind(): fields})
    }
}

impl Account {
    pub(crate) fn description(&self) -> Option<&str> {
        self.fields.get("description").and_then(Value::as_str)
    }

    pub(crate) fn iban(&self) -> Option<&str> {
        let aliases = self.fields.get("alias").and_then(Value::as_array)?;
        aliases.iter().find(|alias| alias["type"] == "IBAN").and_then(|alias| alias["value"].as_str())
    }
}
