//! The HTML of the app. Browser tests read the names, classes and data attributes.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::certificate::app_name;
use crate::ledger::balance;
use crate::pages::app::connections;
use crate::pages::app::form::address;
use crate::pages::app::parts::{decision_form, minute, section};
use crate::pages::html::page;
use crate::pages::parts::{choice, euros, grouped};
use crate::records::counterparty::{Party, Place};
use crate::records::customers::Customers;
use crate::records::customers::account::Account;
use crate::records::customers::customer::Customer;
use crate::records::draft_payment::DraftPayment;
use crate::records::order::Order;
use crate::records::payment::Payment;
use crate::records::request_inquiry::RequestInquiry;
use crate::wire::answer::Answer;

const TITLE: &str = "The app";

/// The number of payments on the page.
const NEWEST: usize = 15;

/// The customers that the visitor may be.
pub(super) fn customers(customers: &Customers) -> Answer {
    let main = html! {
        h1 { "The bunq app of…" }
        ul.choices { @for customer in customers.iter() { (choice(customer, &address(&customer.name))) } }
        p { a href="/" { "Home" } }
    };
    page(200, TITLE, &main, "")
}

/// The page of one customer.
pub(super) fn of_customer(bank: &Bank, customer: &Customer) -> Answer {
    let now = bank.now();
    let own = |id: u64| customer.account(id).is_some();
    let drafts = bank.books.draft_payments.iter().filter(|draft| own(draft.account_id));
    let drafts = drafts.filter(|draft| draft.status(now) == "PENDING").map(|waiting| draft(bank, customer, waiting));
    let pending = || bank.books.request_inquiries.iter().filter(|request| request.status(now) == "PENDING");
    let received = pending().filter(|request| match request.order.counterparty.place {
        Place::Account(payer) => own(payer),
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => false,
    });
    let received = received.map(|request| request_to(bank, customer, request));
    let made = pending().filter(|request| own(request.account_id)).map(|request| request_by(customer, request));
    let accounts = customer.accounts.iter().map(|held| account(bank, held));
    let [drafts, received, made, accounts]: [Vec<Markup>; 4] =
        [drafts.collect(), received.collect(), made.collect(), accounts.collect()];
    let main = html! {
        h1 { (customer.display_name) }
        (section("drafts", "Waiting for you", &drafts, "No payment waits for your approval."))
        (section("requests-received", "Requests to you", &received, "There are no requests to you."))
        (section("requests-made", "Your requests", &made, "You have no open requests."))
        (section("accounts", "Accounts", &accounts, "You have no account."))
        (connections::shown(bank, customer))
        (section("payments", "Newest payments", &newest(bank, customer), "Nothing was paid yet."))
        p { a href="/app" { "Someone else" } }
    };
    page(200, TITLE, &main, "")
}

fn draft(bank: &Bank, customer: &Customer, draft: &DraftPayment) -> Markup {
    html! {
        li.draft data-draft=(draft.id) {
            @for entry in &draft.entries { p { (order(entry)) } }
            @if let Some(schedule) = &draft.schedule {
                p.schedule { "Runs " span.details { (schedule.words()) } }
            }
            p.details {
                @if !draft.made_by.is_empty() { "Prepared by " q { (app_name(&draft.made_by)) } " · " }
                "From " (account_name(bank, draft.account_id)) " · " (minute(draft.created))
            }
            (decision_form("draft", draft.id, customer, &[("accept", "Accept"), ("reject", "Reject")]))
        }
    }
}

fn request_to(bank: &Bank, customer: &Customer, request: &RequestInquiry) -> Markup {
    let from = Party::of(&bank.customers, request.account_id).name;
    html! {
        li.request data-request=(request.id) {
            p { (euros(request.order.cents)) " to " strong { (from) } ": " (request.order.description) }
            p.details { (minute(request.created)) }
            (decision_form("request", request.id, customer, &[("accept", "Accept"), ("reject", "Reject")]))
        }
    }
}

fn request_by(customer: &Customer, request: &RequestInquiry) -> Markup {
    html! {
        li.request data-request=(request.id) {
            p { (order(&request.order)) }
            p.details { (minute(request.created)) }
            (decision_form("request", request.id, customer, &[("revoke", "Revoke")]))
        }
    }
}

fn order(order: &Order) -> Markup {
    let party = &order.counterparty.party;
    html! {
        (euros(order.cents)) " · " strong { (party.name) } " "
        span.details { (party.iban.as_deref().map(grouped).unwrap_or_default()) }
        br;
        (order.description)
    }
}

fn account(bank: &Bank, account: &Account) -> Markup {
    html! {
        li.held data-account=(account.id) {
            strong { (account.description().unwrap_or("Account")) } " "
            span.balance { (balance::balance_text(bank, account).unwrap_or_default()) }
            br;
            span.details { (account.iban().map(grouped).unwrap_or_default()) }
        }
    }
}

/// The newest payments of all accounts together.
fn newest(bank: &Bank, customer: &Customer) -> Vec<Markup> {
    let accounts = customer.accounts.iter();
    let mut payments: Vec<_> = accounts.flat_map(|account| balance::payments(bank, account.id)).collect();
    payments.sort_by_key(|payment| std::cmp::Reverse((payment.created, payment.id)));
    payments.truncate(NEWEST);
    payments.iter().map(|made| payment(bank, made)).collect()
}

fn payment(bank: &Bank, payment: &Payment) -> Markup {
    html! {
        li.payment data-payment=(payment.id) {
            (euros(payment.cents)) " · " strong { (payment.counterparty.name) }
            br;
            (payment.description)
            br;
            span.details { (account_name(bank, payment.account_id)) " · " (minute(payment.created)) }
        }
    }
}

fn account_name(bank: &Bank, id: u64) -> &str {
    bank.customers.account(id).and_then(|(_, account)| account.description()).unwrap_or("an account")
}
