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
}

impl Customer {
    /// `UserPerson` or `UserCompany`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Person => "UserPerson",
            Kind::Company => "UserCompany",
        }
    }

    /// The customer as GET user gives it.
    pub(crate) fn element(&self, settings: &Settings) -> Value {
        let mut fields = self.fields.clone();
        fields["session_timeout"] = json!(settings.session_timeout_seconds);
        json!({self.kind(): fields})
    }
}

impl Account {
    /// The account as every listing gives it.
    pub(crate) fn element(&self) -> Value {
        json!({self.kind: self.fields})
    }

    pub(crate) fn description(&self) -> Option<&str> {
        self.fields.get("description").and_then(Value::as_str)
    }

    pub(crate) fn iban(&self) -> Option<&str> {
        let aliases = self.fields.get("alias").and_then(Value::as_array)?;
        aliases.iter().find(|alias| alias["type"] == "IBAN").and_then(|alias| alias["value"].as_str())
    }

    /// `EUR 1250.00`
    pub(crate) fn balance(&self) -> Option<String> {
        let balance = self.fields.get("balance")?;
        Some(format!("{} {}", balance["currency"].as_str()?, balance["value"].as_str()?))
    }
}
