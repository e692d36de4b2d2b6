//! Customers, accounts and amounts as HTML, for several pages.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::ledger::balance;
use crate::records::customers::account::Account;
use crate::records::customers::customer::Customer;
use crate::records::parts::decimal;

/// A link by which the visitor becomes a customer.
pub(super) fn choice(customer: &Customer, address: &str) -> Markup {
    html! {
        li {
            a.choice href=(address) {
                strong { (customer.display_name) } " " code { (customer.name) } span { (customer.about) }
            }
        }
    }
}

/// The IBAN and the balance of an account, if the bank knows them.
pub(super) fn details(bank: &Bank, account: &Account) -> Markup {
    let iban = account.iban().map(grouped);
    let balance = balance::balance_text(bank, account);
    html! {
        @if let Some(iban) = &iban { (iban) }
        @if iban.is_some() && balance.is_some() { " · " }
        @if let Some(balance) = &balance { span.amount { (balance) } }
    }
}

/// An IBAN in groups of four characters.
pub(super) fn grouped(iban: &str) -> String {
    let characters: Vec<char> = iban.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// An amount. The style keeps it on one line.
pub(super) fn euros(cents: i64) -> Markup {
    html! { span.amount { "EUR " (decimal(cents)) } }
}
