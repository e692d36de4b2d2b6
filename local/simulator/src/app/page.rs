//! What the app looks like: plain HTML in the style of the authorize page. Names, classes and data attributes are there
//! for browser tests, too.

use jiff::Timestamp;

use super::connections;
use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::decimal;
use crate::customers::{Account, Customer, Customers};
use crate::forms;
use crate::money::counterparty::{Party, Place};
use crate::money::draft_payment::DraftPayment;
use crate::money::ledger;
use crate::money::order::Order;
use crate::money::payment::Payment;
use crate::money::request_inquiry::RequestInquiry;
use crate::oauth::authorize::app_name;
use crate::oauth::consent_page::{document, escape, grouped, hidden};
use crate::wire::answer::Answer;

/// How many payments are shown.
const NEWEST: usize = 15;

/// Where a customer's page is.
pub(super) fn address(customer: &str) -> String {
    format!("/app?customer={customer}")
}

pub(super) fn failure(status: u16, text: &str, back: &str) -> Answer {
    let main = format!(
        "<h1>Not done</h1><p id=\"failure\" role=\"alert\">{}</p><p><a href=\"{}\">Back</a></p>",
        escape(text),
        escape(back),
    );
    forms::page(status, document("Not done", &main), "")
}

/// Who the visitor may be.
pub(super) fn customers(customers: &Customers) -> String {
    let choices: String = customers.iter().map(choice).collect();
    let main = format!("<h1>The bunq app of…</h1><ul class=\"choices\">{choices}</ul><p><a href=\"/\">Home</a></p>");
    document("The app", &main)
}

fn choice(customer: &Customer) -> String {
    format!(
        "<li><a class=\"choice\" href=\"{}\"><strong>{}</strong> <code>{}</code><span>{}</span></a></li>",
        escape(&address(&customer.name)),
        escape(&customer.display_name),
        escape(&customer.name),
        escape(&customer.about),
    )
}

/// Everything of one customer's.
pub(super) fn home(bank: &Bank, customer: &Customer) -> String {
    let now = bank.now();
    let own = |id: u64| customer.account(id).is_some();
    let drafts = bank.books.draft_payments.iter().filter(|draft| own(draft.account_id));
    let drafts = drafts.filter(|draft| draft.status(now) == "PENDING").map(|waiting| draft(bank, customer, waiting));
    let pending = || bank.books.request_inquiries.iter().filter(|request| request.status(now) == "PENDING");
    let received = pending().filter(|request| match request.order.counterparty.place {
        Place::Account(payer) => own(payer),
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => false,
    });
    let made = pending().filter(|request| own(request.account_id));
    let parts = [
        section("drafts", "Waiting for you", drafts.collect(), "No payment waits for your approval."),
        section(
            "requests-received",
            "Requests to you",
            received.map(|request| request_to(bank, customer, request)).collect(),
            "Nobody asks you for money.",
        ),
        section(
            "requests-made",
            "Your requests",
            made.map(|request| request_by(customer, request)).collect(),
            "You ask nobody for money.",
        ),
        section(
            "accounts",
            "Accounts",
            customer.accounts.iter().map(|held| account(bank, held)).collect(),
            "You have no account.",
        ),
        connections::shown(bank, customer),
        section("payments", "Newest payments", newest(bank, customer), "Nothing was paid yet."),
    ];
    let main = format!(
        "<h1>{}</h1>{}<p><a href=\"/app\">Someone else</a></p>",
        escape(&customer.display_name),
        parts.concat()
    );
    document("The app", &main)
}

pub(super) fn section(id: &str, title: &str, items: Vec<String>, none: &str) -> String {
    let content = if items.is_empty() {
        format!("<p class=\"none\">{none}</p>")
    } else {
        format!("<ul class=\"cards\">{}</ul>", items.concat())
    };
    format!("<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>{content}</section>")
}

fn draft(bank: &Bank, customer: &Customer, draft: &DraftPayment) -> String {
    let entries: String = draft.entries.iter().map(|entry| format!("<p>{}</p>", order(entry))).collect();
    let schedule = draft.schedule.as_ref().map(|schedule| {
        format!("<p class=\"schedule\">Runs <span class=\"details\">{}</span></p>", escape(&schedule.words()))
    });
    let made_by = match draft.made_by.as_str() {
        "" => String::new(),
        name => format!("Prepared by <q>{}</q> · ", escape(&app_name(name))),
    };
    format!(
        "<li class=\"draft\" data-draft=\"{id}\">{entries}{schedule}\
         <p class=\"details\">{made_by}From {from} · {created}</p>{form}</li>",
        id = draft.id,
        schedule = schedule.unwrap_or_default(),
        from = escape(&account_name(bank, draft.account_id)),
        created = minute(draft.created),
        form = form("draft", draft.id, customer, &[("accept", "Accept"), ("reject", "Reject")]),
    )
}

fn request_to(bank: &Bank, customer: &Customer, request: &RequestInquiry) -> String {
    format!(
        "<li class=\"request\" data-request=\"{id}\"><p>{amount} to <strong>{from}</strong>: {words}</p>\
         <p class=\"details\">{created}</p>{form}</li>",
        id = request.id,
        amount = euros(request.order.cents),
        from = escape(&Party::of(bank, request.account_id).name),
        words = escape(&request.order.description),
        created = minute(request.created),
        form = form("request", request.id, customer, &[("accept", "Accept"), ("reject", "Reject")]),
    )
}

fn request_by(customer: &Customer, request: &RequestInquiry) -> String {
    format!(
        "<li class=\"request\" data-request=\"{id}\"><p>{order}</p><p class=\"details\">{created}</p>{form}</li>",
        id = request.id,
        order = order(&request.order),
        created = minute(request.created),
        form = form("request", request.id, customer, &[("revoke", "Take back")]),
    )
}

/// A form with one button for each decision.
pub(super) fn form(what: &str, id: u64, customer: &Customer, decisions: &[(&str, &str)]) -> String {
    let button = |(value, label): &(&str, &str)| {
        let class = if *value == "accept" { " class=\"primary\"" } else { "" };
        format!("<button{class} name=\"decision\" value=\"{value}\" data-{what}=\"{id}\">{label}</button>")
    };
    format!(
        "<form method=\"post\" action=\"/app/{what}\">{}{}<div class=\"buttons\">{}</div></form>",
        hidden(what, &id.to_string()),
        hidden("customer", &customer.name),
        decisions.iter().map(button).collect::<String>(),
    )
}

fn order(order: &Order) -> String {
    let party = &order.counterparty.party;
    format!(
        "{} · <strong>{}</strong> <span class=\"details\">{}</span><br>{}",
        euros(order.cents),
        escape(&party.name),
        escape(&party.iban.as_deref().map(grouped).unwrap_or_default()),
        escape(&order.description),
    )
}

fn account(bank: &Bank, account: &Account) -> String {
    format!(
        "<li class=\"held\" data-account=\"{id}\"><strong>{name}</strong> <span class=\"balance\">{balance}</span>\
         <br><span class=\"details\">{iban}</span></li>",
        id = account.id,
        name = escape(account.description().unwrap_or("Account")),
        balance = escape(&ledger::balance_text(bank, account).unwrap_or_default()),
        iban = escape(&account.iban().map(grouped).unwrap_or_default()),
    )
}

/// The newest payments of all accounts together.
fn newest(bank: &Bank, customer: &Customer) -> Vec<String> {
    let accounts = customer.accounts.iter();
    let mut payments: Vec<_> = accounts.flat_map(|account| ledger::payments(bank, account.id)).collect();
    payments.sort_by_key(|payment| std::cmp::Reverse((payment.created, payment.id)));
    payments.truncate(NEWEST);
    payments.iter().map(|made| payment(bank, made)).collect()
}

fn payment(bank: &Bank, payment: &Payment) -> String {
    format!(
        "<li class=\"payment\" data-payment=\"{id}\">{amount} · <strong>{who}</strong>\
         <br>{words}<br><span class=\"details\">{account} · {created}</span></li>",
        id = payment.id,
        amount = euros(payment.cents),
        who = escape(&payment.counterparty.name),
        words = escape(&payment.description),
        account = escape(&account_name(bank, payment.account_id)),
        created = minute(payment.created),
    )
}

fn account_name(bank: &Bank, id: u64) -> String {
    let account = bank.customers.account(id).and_then(|(_, account)| account.description());
    account.unwrap_or("an account").to_owned()
}

/// On one line whatever the width.
fn euros(cents: i64) -> String {
    format!("<span class=\"amount\">EUR {}</span>", decimal(cents))
}

/// As the bank writes times, without the fraction.
pub(super) fn minute(moment: Timestamp) -> String {
    let mut text = clock::text(moment);
    text.truncate(16);
    text
}
