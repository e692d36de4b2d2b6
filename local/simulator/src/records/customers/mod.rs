//! The customers of this bank. The built-in ones and their ids are the same on every start, so a connection survives a
//! restart.

pub(crate) mod account;
pub(crate) mod customer;

use self::account::{Account, KeptAccount};
use self::customer::Customer;

/// All customers.
#[derive(Default)]
pub(crate) struct Customers(Vec<Customer>);

impl Customers {
    /// Adds the customers who came later, and every account that was opened or changed since.
    pub(crate) fn update(&mut self, later: &[Customer], changed: &[KeptAccount]) {
        later.iter().for_each(|customer| self.add(customer.clone()));
        for kept in changed {
            self.set_account(&kept.customer, kept.account.clone());
        }
    }

    pub(crate) fn add(&mut self, customer: Customer) {
        self.0.push(customer);
    }

    /// Adds an account to a customer, or replaces it.
    pub(crate) fn set_account(&mut self, name: &str, account: Account) {
        let Some(customer) = self.0.iter_mut().find(|customer| customer.name == name) else { return };
        match customer.accounts.iter_mut().find(|known| known.id == account.id) {
            Some(known) => *known = account,
            None => customer.accounts.push(account),
        }
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Customer> {
        self.0.iter().find(|customer| customer.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.0.iter()
    }

    /// An account and its holder.
    pub(crate) fn account(&self, id: u64) -> Option<(&Customer, &Account)> {
        self.0.iter().find_map(|customer| Some((customer, customer.account(id)?)))
    }

    /// The account of an IBAN, a mail address or a telephone number. An alias of the customer leads to the first open
    /// account.
    pub(crate) fn account_by_alias(&self, kind: &str, value: &str) -> Option<(&Customer, &Account)> {
        let of_account = self.0.iter().find_map(|customer| {
            let mut accounts = customer.accounts.iter();
            let led_to = accounts.find(|account| {
                !account.is_closed() && account.aliases.iter().any(|alias| alias.leads_from(kind, value))
            });
            led_to.map(|account| (customer, account))
        });
        let of_customer = || {
            let mut customers = self.0.iter();
            let customer = customers.find(|customer| customer.alias.leads_from(kind, value))?;
            Some((customer, customer.accounts.iter().find(|account| !account.is_closed())?))
        };
        of_account.or_else(of_customer)
    }
}
