//! Customers in a JSON file: the built-in ones, and those that the user adds.

mod account;
pub(crate) mod customer;
pub(crate) mod format;
pub(crate) mod ids;
mod places;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use self::customer::{Built, OwnCustomer};
use self::format::{CustomerFile, Line};
use self::places::{Fault, Places};
use crate::options::CustomersError;
use crate::records::books::Books;
use crate::records::customers::Customers;
use crate::records::customers::customer::Customer;
use crate::records::history::History;

/// The customers that every bank has. Each of them covers a case that a client must handle.
const BUILT_IN: &str = include_str!("../../../assets/customers.json");

/// A file of customers that was read, and the places of its parts.
pub(crate) struct ReadFile {
    file: CustomerFile,
    /// The lines of the file and the built-in ones.
    lines: BTreeMap<String, Vec<Line>>,
    places: Places,
}

/// Customers that are already in the state file.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repeated {
    /// They are left out, if they are the same.
    Skipped,
    /// They are an error.
    Refused,
}

/// A customer that may be added to the bank.
pub(crate) struct Addition {
    pub(crate) own: OwnCustomer,
    pub(crate) built: Built,
}

/// The customers that every bank has, and their payments.
///
/// # Errors
///
/// When the built-in file is invalid, which a test excludes.
fn built_in() -> Result<(Customers, History), CustomersError> {
    let (mut customers, mut history) = (Customers::default(), History::default());
    let file = ReadFile::with_lines(BUILT_IN, BTreeMap::new())?;
    for addition in file.additions(&customers, &history, &Books::default(), Repeated::Refused)? {
        addition.built.enter(&mut customers, &mut history);
    }
    Ok((customers, history))
}

/// The customers of a bank with these books, and their payments before the bank ran.
///
/// # Errors
///
/// When the state file has a customer that is invalid in this version.
pub(crate) fn all(books: &Books) -> Result<(Customers, History), CustomersError> {
    let (mut customers, mut history) = built_in()?;
    for own in &books.own_customers {
        own.build().map_err(|fault| Places::unknown(&own.entry.name, fault))?.enter(&mut customers, &mut history);
    }
    customers.update(&books.customers, &books.accounts);
    Ok((customers, history))
}

impl ReadFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When the text is not JSON of this format.
    pub(crate) fn of(text: &str) -> Result<Self, CustomersError> {
        let built_in = ReadFile::with_lines(BUILT_IN, BTreeMap::new())?;
        Self::with_lines(text, built_in.lines)
    }

    fn with_lines(text: &str, mut lines: BTreeMap<String, Vec<Line>>) -> Result<Self, CustomersError> {
        let places = Places::of(text);
        // serde would read an array as the fields of the object in order.
        if text.trim_start().starts_with('[') {
            let reason = "the file must be an object with the field \"customers\", not an array";
            return Err(places.error(None, Fault::of_customer(reason.to_owned())));
        }
        let mut file: CustomerFile = serde_json::from_str(text).map_err(|error| places.unreadable(&error))?;
        lines.append(&mut file.lines);
        Ok(Self { file, lines, places })
    }

    /// The customers of the file that the bank does not have yet.
    ///
    /// # Errors
    ///
    /// When an entry is invalid, or contradicts another one or a customer of the bank.
    pub(crate) fn additions(
        &self,
        customers: &Customers,
        history: &History,
        books: &Books,
        repeated: Repeated,
    ) -> Result<Vec<Addition>, CustomersError> {
        let mut taken = Taken::by(customers, history, books);
        let mut additions = Vec::new();
        let mut first_id = books.newest_id() + 1;
        for (place, entry) in self.file.customers.iter().enumerate() {
            let names = entry.accounts.iter().filter_map(|account| Some(account.generated.as_ref()?.lines.as_str()));
            let lines = names.filter_map(|name| Some((name.to_owned(), self.lines.get(name)?.clone()))).collect();
            let own = OwnCustomer { entry: entry.clone(), lines, first_id };
            let known = books.own_customers.iter().find(|known| known.entry.name == entry.name);
            if repeated == Repeated::Skipped && known.is_some_and(|known| known.is_same(&own)) {
                continue;
            }
            let fault = |fault| self.places.error(Some(place), fault);
            if repeated == Repeated::Skipped && known.is_some() {
                let reason = "the state file has another customer of this name; remove it, or change the name";
                return Err(fault(Fault::conflict(None, reason.to_owned())));
            }
            let built = own.build().and_then(|built| taken.add(built)).map_err(fault)?;
            first_id = built.last_id + 1;
            additions.push(Addition { own, built });
        }
        Ok(additions)
    }
}

/// What only one customer of a bank may have.
struct Taken {
    names: HashSet<String>,
    payment_ids: Vec<RangeInclusive<u64>>,
}

impl Taken {
    fn by(customers: &Customers, history: &History, books: &Books) -> Self {
        let names = customers.iter().flat_map(claims).map(|(_, claim)| claim);
        let keys = books.credentials.iter().map(|credential| claim_of_key(&credential.secret));
        Self { names: names.chain(keys).collect(), payment_ids: history.ids().collect() }
    }

    fn add(&mut self, built: Built) -> Result<Built, Fault> {
        for (account, claim) in claims(&built.customer) {
            if !self.names.insert(claim.clone()) {
                return Err(Fault::conflict(account, format!("another customer or account has {claim}")));
            }
        }
        // The text has no key, since it may end up in a log.
        if !self.names.insert(claim_of_key(&built.api_key)) {
            return Err(Fault::conflict(None, "another customer has this API key".to_owned()));
        }
        for (place, (_, payments)) in built.histories.iter().enumerate() {
            let (Some(first), Some(last)) = (payments.first(), payments.last()) else { continue };
            let ids = first.id..=last.id;
            let overlaps = |other: &RangeInclusive<u64>| ids.start() <= other.end() && other.start() <= ids.end();
            if self.payment_ids.iter().any(overlaps) {
                return Err(Fault::conflict(Some(place), "another account has some of its payment ids".to_owned()));
            }
            self.payment_ids.push(ids);
        }
        Ok(built)
    }
}

/// What a customer claims for itself, each with the index of the account that claims it.
fn claims(customer: &Customer) -> Vec<(Option<usize>, String)> {
    let mut claims = vec![
        (None, format!("the name \"{}\"", customer.name)),
        (None, format!("the user id {}", customer.id)),
        (None, format!("the mail address \"{}\" of a customer", customer.alias.value.to_lowercase())),
    ];
    for (place, account) in customer.accounts.iter().enumerate() {
        claims.push((Some(place), format!("the account id {}", account.id)));
        for alias in &account.aliases {
            let kind = match alias.kind.as_str() {
                "EMAIL" => "mail address",
                "PHONE_NUMBER" => "telephone number",
                kind => kind,
            };
            claims.push((Some(place), format!("the {kind} \"{}\" of an account", alias.value)));
        }
    }
    claims
}

fn claim_of_key(secret: &str) -> String {
    format!("the API key \"{secret}\"")
}
