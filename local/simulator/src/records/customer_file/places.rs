//! The places of customers and accounts in a file, for errors.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::options::{CustomersError, CustomersErrorKind};

/// An error in an entry, before its place is known.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The index of the customer's account.
    pub(super) account: Option<usize>,
    pub(super) reason: String,
    pub(super) kind: CustomersErrorKind,
}

impl Fault {
    /// A fault of the whole customer.
    pub(super) fn of_customer(reason: String) -> Self {
        Self { account: None, reason, kind: CustomersErrorKind::Invalid }
    }

    /// A fault of a customer or of one of its accounts that another customer causes.
    pub(super) fn conflict(account: Option<usize>, reason: String) -> Self {
        Self { account, reason, kind: CustomersErrorKind::Conflict }
    }
}

/// The places of the customers in the text of a file.
pub(super) struct Places(Vec<Place>);

/// The lines of an object, and its name for people.
struct Place {
    lines: (usize, usize),
    name: String,
    accounts: Vec<Place>,
}

#[derive(Deserialize)]
struct Customers<'a> {
    #[serde(borrow)]
    customers: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Accounts<'a> {
    #[serde(borrow, default)]
    accounts: Vec<&'a RawValue>,
}

impl Places {
    /// Finds the customers in a file. There are none in a text that is not JSON.
    pub(super) fn of(text: &str) -> Self {
        let line_ends: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
        let of = |object: &RawValue, name| Place::of(text, &line_ends, object, name);
        let customers = serde_json::from_str::<Customers>(text).map(|found| found.customers).unwrap_or_default();
        let places = customers.into_iter().map(|customer| {
            let accounts = serde_json::from_str::<Accounts>(customer.get()).map(|found| found.accounts);
            let accounts = accounts.unwrap_or_default().into_iter();
            let accounts = accounts.map(|account| of(account, "description")).collect();
            Place { accounts, ..of(customer, "name") }
        });
        Self(places.collect())
    }

    /// The error of a text that cannot be read as a file of customers.
    pub(super) fn unreadable(&self, error: &serde_json::Error) -> CustomersError {
        let reason = error.to_string();
        // The line is at the front of the whole error.
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        let around =
            |places: &[Place]| places.iter().position(|place| (place.lines.0..=place.lines.1).contains(&error.line()));
        let customer = around(&self.0);
        let account = customer.and_then(|customer| around(&self.0.get(customer)?.accounts));
        let fault = Fault { account, ..Fault::of_customer(reason.to_owned()) };
        CustomersError { line: error.line(), ..self.error(customer, fault) }
    }

    /// The error of a customer that is not in a file.
    pub(super) fn unknown(name: &str, fault: Fault) -> CustomersError {
        let place = Place { lines: (1, 1), name: name.to_owned(), accounts: Vec::new() };
        Self(vec![place]).error(Some(0), fault)
    }

    /// The error of a customer, by its index in the file.
    pub(super) fn error(&self, customer: Option<usize>, fault: Fault) -> CustomersError {
        let customer = customer.and_then(|customer| self.0.get(customer));
        let account = fault.account.and_then(|account| customer?.accounts.get(account));
        CustomersError {
            line: account.or(customer).map_or(1, |place| place.lines.0),
            customer: customer.map(|place| place.name.clone()),
            account: account.map(|place| place.name.clone()),
            reason: fault.reason,
            kind: fault.kind,
        }
    }
}

impl Place {
    /// The place of `object`, a part of `text` with these line ends. `name` is the field with its name.
    fn of(text: &str, line_ends: &[usize], object: &RawValue, name: &str) -> Self {
        let start = (object.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let line = |place: usize| 1 + line_ends.partition_point(|end| *end < place);
        let lines = (line(start), line(start + object.get().len()));
        let fields: Value = serde_json::from_str(object.get()).unwrap_or_default();
        let name = fields[name].as_str().unwrap_or_default().to_owned();
        Self { lines, name, accounts: Vec::new() }
    }
}
