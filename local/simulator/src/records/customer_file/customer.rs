//! Builds a customer with accounts and payments from an entry of a file.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::random;
use crate::records::customer_file::account::{self, ensure};
use crate::records::customer_file::format::{CompanyEntry, CustomerEntry, Line, PersonEntry};
use crate::records::customer_file::ids::Ids;
use crate::records::customer_file::places::Fault;
use crate::records::customers::Customers;
use crate::records::customers::customer::{Customer, Identity};
use crate::records::history::History;
use crate::records::parts::{Alias, is_mail_address};
use crate::records::payment::Payment;

/// 8 March 2021, 09:12:03, and 30 September 2025.
const CREATED: Timestamp = Timestamp::constant(1_615_194_723, 771_184_000);
const UPDATED: Timestamp = Timestamp::constant(1_759_262_504, 530_092_000);

/// The longest name of a customer.
const LONGEST_NAME: usize = 40;

/// A customer of the user, as the state file keeps it. The ids follow from it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct OwnCustomer {
    pub(crate) entry: CustomerEntry,
    /// The lines that the entry names.
    pub(crate) lines: BTreeMap<String, Vec<Line>>,
    /// The first id that the bank assigned to a part of the entry without one.
    pub(crate) first_id: u64,
}

/// A customer with everything that belongs to it.
pub(crate) struct Built {
    pub(crate) customer: Customer,
    /// The payments of each account.
    pub(crate) histories: Vec<(u64, Vec<Payment>)>,
    pub(crate) api_key: String,
    pub(crate) credential_id: u64,
    /// The last id that the customer uses.
    pub(crate) last_id: u64,
}

impl OwnCustomer {
    /// Whether both have the same content. Their ids may differ.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.entry == other.entry && self.lines == other.lines
    }

    /// The customer with its accounts and payments.
    ///
    /// # Errors
    ///
    /// When the fields of the entry contradict each other.
    pub(crate) fn build(&self) -> Result<Built, Fault> {
        let entry = &self.entry;
        let mut ids = Ids { next: self.first_id };
        let mut customer = customer(entry, &mut ids).map_err(Fault::of_customer)?;
        let mut histories = Vec::new();
        for (place, account) in entry.accounts.iter().enumerate() {
            let holder = (customer.id, customer.display_name.as_str());
            let (account, payments) = account::build(account, holder, &self.lines, &mut ids)
                .map_err(|reason| Fault { account: Some(place), ..Fault::of_customer(reason) })?;
            histories.push((account.id, payments));
            customer.accounts.push(account);
        }
        let api_key = api_key(entry).map_err(Fault::of_customer)?;
        let credential_id = ids.one(None).map_err(Fault::of_customer)?;
        Ok(Built { customer, histories, api_key, credential_id, last_id: credential_id })
    }
}

impl Built {
    /// Adds the customer and its payments to those of the bank.
    pub(crate) fn enter(self, customers: &mut Customers, history: &mut History) {
        customers.add(self.customer);
        self.histories.into_iter().for_each(|(account_id, payments)| history.add(account_id, payments));
    }
}

fn customer(entry: &CustomerEntry, ids: &mut Ids) -> Result<Customer, String> {
    let name = &entry.name;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    ensure((1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain), || {
        format!("the name must be from 1 to {LONGEST_NAME} letters a to z, digits, \"-\" and \"_\"")
    })?;
    ensure(name != "psp" && !name.starts_with("sandbox-"), || "the simulator itself uses this name".to_owned())?;
    let (display_name, nick_name, identity) = match (&entry.person, &entry.company) {
        (Some(PersonEntry { first_name, middle_name, last_name }), None) => {
            let names = [first_name, middle_name, last_name].map(String::as_str);
            let full_name = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
            let [first_name, middle_name, last_name] = names.map(str::to_owned);
            (full_name, first_name.clone(), Identity::Person { first_name, middle_name, last_name })
        }
        (None, Some(CompanyEntry { name, director })) => {
            (name.clone(), name.clone(), Identity::Company { director: director.clone() })
        }
        (Some(_), Some(_)) | (None, None) => return Err("a customer has either a person or a company".to_owned()),
    };
    ensure(!display_name.trim().is_empty(), || "the names of the person or company are empty".to_owned())?;
    let mail_address = entry.mail_address.clone().unwrap_or_else(|| format!("{name}@customers.example"));
    ensure(is_mail_address(&mail_address), || format!("\"{mail_address}\" is not a mail address"))?;
    let created = entry.created.map_or(CREATED, |created| created.0);
    Ok(Customer {
        id: ids.one(entry.id)?,
        name: name.clone(),
        created,
        updated: UPDATED.max(created),
        alias: Alias::new("EMAIL", &mail_address, &display_name),
        display_name,
        nick_name: entry.nick_name.clone().unwrap_or(nick_name),
        about: entry.about.clone().unwrap_or_else(|| "A customer of your own".to_owned()),
        identity,
        accounts: Vec::new(),
    })
}

/// The API key of an entry. Keys of the real bank outside its sandbox have no such prefix, so none of them gets here
/// by mistake.
fn api_key(entry: &CustomerEntry) -> Result<String, String> {
    let Some(key) = &entry.api_key else { return Ok(random::steady_api_key(&entry.name)) };
    let rest = key.strip_prefix("sandbox_").unwrap_or_default();
    let good =
        (8..=100).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    ensure(good, || "the API key must be sandbox_ and 8 to 100 letters a to z and digits".to_owned())?;
    Ok(key.clone())
}
