//! The HTML of the pay page.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::certificate::app_name;
use crate::clock;
use crate::ledger::issuer_transaction::payers;
use crate::pages::html::{hidden, page};
use crate::pages::parts::{choice, details, grouped};
use crate::pages::pay::parameters::{PayError, TRANSACTION};
use crate::records::customers::account::Account;
use crate::records::customers::customer::Customer;
use crate::records::issuer_transaction::IssuerTransaction;
use crate::records::parts::decimal;
use crate::wire::answer::Answer;
use crate::wire::web_address::origin;

/// The address of a transaction's page, for one customer or for every visitor.
pub(super) fn address(transaction: &IssuerTransaction, customer: Option<&Customer>) -> String {
    let customer = customer.map(|customer| format!("&customer={}", customer.name)).unwrap_or_default();
    format!("/pay?{TRANSACTION}={}{customer}", transaction.public_uuid)
}

/// The first step: the visitor picks a customer.
pub(super) fn customers(bank: &Bank, transaction: &IssuerTransaction) -> Answer {
    let main = html! {
        (summary(bank, transaction))
        h2 id="who" { "Continue as" }
        ul.choices aria-labelledby="who" {
            @for customer in bank.customers.iter() { (choice(customer, &address(transaction, Some(customer)))) }
        }
    };
    page_of(transaction, &main)
}

/// The second step: the customer picks the account that pays.
pub(super) fn accounts(bank: &Bank, transaction: &IssuerTransaction, customer: &Customer) -> Answer {
    let payers: Vec<&Account> = payers(customer).collect();
    let main = html! {
        (summary(bank, transaction))
        form method="post" action="/pay" {
            (hidden(TRANSACTION, &transaction.public_uuid.to_string()))
            (hidden("customer", &customer.name))
            @if payers.is_empty() {
                p { "You have no account to pay from." }
            } @else {
                fieldset {
                    legend { "Pay from" }
                    @for (place, held) in payers.iter().enumerate() { (account(bank, held, place == 0)) }
                }
            }
            div.buttons {
                @if !payers.is_empty() { button.primary name="decision" value="accept" { "Accept" } }
                button name="decision" value="reject" { "Refuse" }
            }
        }
        p { "You are " (customer.display_name) ". " a href=(address(transaction, None)) { "Someone else" } }
    };
    page_of(transaction, &main)
}

pub(super) fn failure(error: &PayError, back: Option<&str>) -> Answer {
    let main = html! {
        h1 { "Not paid here" }
        p id="failure" role="alert" { (error) }
        @if let Some(back) = back { p { a href=(back) { "Back" } } }
    };
    page(error.status(), "Not paid here", &main, "")
}

/// The browser sends the form to this server, and is redirected to the application.
fn page_of(transaction: &IssuerTransaction, main: &Markup) -> Answer {
    page(200, "Pay", main, &origin(&transaction.url_redirect))
}

/// The payee, the amount, the description and the last moment.
fn summary(bank: &Bank, transaction: &IssuerTransaction) -> Markup {
    let asking = bank.books.psp_user(transaction.psp_user_id).map(|user| app_name(&user.common_name));
    let party = &transaction.order.counterparty.party;
    let mut expires = clock::text(transaction.expires);
    expires.truncate(19);
    html! {
        h1 { "Pay " span id="amount" class="amount" { "EUR " (decimal(transaction.order.cents)) } }
        p { q { (asking.unwrap_or_default()) } " asks for this payment." }
        dl.facts {
            dt { "To" }
            dd id="payee" {
                strong { (party.name) }
                br;
                span.details { (party.iban.as_deref().map(grouped).unwrap_or_default()) }
            }
            dt { "For" }
            dd id="description" { (transaction.order.description) }
            dt { "Until" }
            dd id="expiry" { (expires) " UTC" }
        }
    }
}

fn account(bank: &Bank, account: &Account, is_first: bool) -> Markup {
    html! {
        label.account {
            input type="radio" name="account" value=(account.id) checked[is_first];
            span {
                strong { (account.description().unwrap_or("Account")) }
                br;
                span.details { (details(bank, account)) }
            }
        }
    }
}
