//! Creates the customers of POST sandbox-user-person and sandbox-user-company. As in the bank's sandbox, each has an
//! account and an API key.

use crate::bank::Bank;
use crate::clock;
use crate::random;
use crate::records::books::{Credential, Owner};
use crate::records::customers::account::{Account, AccountKind};
use crate::records::customers::customer::{Customer, Identity};
use crate::records::parts::Alias;

const FIRST_NAMES: [&str; 6] = ["Lotte", "Sem", "Fleur", "Thijs", "Noor", "Jesse"];
const LAST_NAMES: [&str; 5] = ["Postma", "Dekker", "Kuipers", "Mulder", "Hofman"];
const TRADES: [&str; 4] = ["Fietsen", "Koffie", "Bloemen", "Boeken"];

/// The kind of a new customer.
#[derive(Clone, Copy)]
pub(crate) enum NewUser {
    Person,
    Company,
}

/// Creates a customer with one empty account, and returns the API key.
pub(crate) fn make(bank: &mut Bank, user: NewUser) -> String {
    let (id, now) = (bank.books.new_id(), bank.now());
    let count = bank.books.customers.len();
    let first_name = pick(&FIRST_NAMES, count).to_owned();
    let last_name = pick(&LAST_NAMES, count).to_owned();
    let full_name = format!("{first_name} {last_name}");
    let (display_name, nick_name, identity) = match user {
        NewUser::Person => {
            let identity = Identity::Person { first_name: first_name.clone(), middle_name: String::new(), last_name };
            (full_name, first_name, identity)
        }
        NewUser::Company => {
            let nick_name = format!("{last_name} {}", pick(&TRADES, count));
            (format!("{nick_name} B.V."), nick_name, Identity::Company { director: full_name })
        }
    };
    let customer = Customer {
        id,
        name: format!("sandbox-{id}"),
        created: now,
        updated: now,
        alias: Alias::new("EMAIL", &format!("sandbox-{id}@customers.example"), &display_name),
        display_name,
        nick_name,
        about: "Made by POST sandbox-user".to_owned(),
        identity,
        accounts: Vec::new(),
    };
    let api_key = give_key(bank, id, &customer.name);
    let account = open(bank, &customer, AccountKind::Bank);
    let name = customer.name.clone();
    bank.books.customers.push(customer.clone());
    bank.customers.add(customer);
    bank.keep_account(&name, account);
    api_key
}

/// Gives a customer a new API key, and returns it.
pub(crate) fn give_key(bank: &mut Bank, user_id: u64, customer: &str) -> String {
    let (id, now) = (bank.books.new_id(), bank.now());
    let api_key = format!("sandbox_{}", random::token().split_at(56).0);
    let owner = Owner::Customer { user_id, customer: customer.to_owned() };
    let expires = Some(clock::after(now, bank.settings.psp_credential_validity_seconds));
    bank.books.credentials.push(Credential { expires, ..Credential::new(id, now, owner, api_key.clone()) });
    api_key
}

/// A new account of a customer. The caller stores it in the books.
pub(crate) fn open(bank: &mut Bank, customer: &Customer, kind: AccountKind) -> Account {
    let (id, now) = (bank.books.new_id(), bank.now());
    Account::new(id, now, kind, (customer.id, &customer.display_name))
}

fn pick<'a>(names: &[&'a str], count: usize) -> &'a str {
    names.get(count % names.len()).copied().unwrap_or_default()
}
