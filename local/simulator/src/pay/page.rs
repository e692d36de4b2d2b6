//! What the pay page looks like: plain HTML in the style of the authorize page.

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::decimal;
use crate::customers::{Account, Customer};
use crate::forms::page;
use crate::money::issuer_transaction::IssuerTransaction;
use crate::oauth::authorize::app_name;
use crate::oauth::consent_page::{details, document, escape, grouped, hidden};
use crate::pay::{PayError, TRANSACTION, payers};
use crate::wire::answer::Answer;
use crate::wire::web_address::origin;

/// Where the page of a transaction is, for a customer or for whoever comes.
pub(super) fn address(transaction: &IssuerTransaction, customer: Option<&Customer>) -> String {
    let customer = customer.map(|customer| format!("&customer={}", customer.name)).unwrap_or_default();
    format!("/pay?{TRANSACTION}={}{customer}", transaction.public_uuid)
}

/// The first step: which customer is in front of the screen.
pub(super) fn customers(bank: &Bank, transaction: &IssuerTransaction) -> Answer {
    let choice = |customer: &Customer| {
        format!(
            "<li><a class=\"choice\" href=\"{}\"><strong>{}</strong> <code>{}</code><span>{}</span></a></li>",
            escape(&address(transaction, Some(customer))),
            escape(&customer.display_name),
            escape(&customer.name),
            escape(&customer.about),
        )
    };
    let choices: String = bank.customers.iter().map(choice).collect();
    let main = format!(
        "{}<h2 id=\"who\">Continue as</h2><ul class=\"choices\" aria-labelledby=\"who\">{choices}</ul>",
        summary(bank, transaction),
    );
    whole(transaction, &main)
}

/// The second step: which account pays.
pub(super) fn accounts(bank: &Bank, transaction: &IssuerTransaction, customer: &Customer) -> Answer {
    let radios: String = payers(customer).enumerate().map(|(place, held)| account(bank, held, place == 0)).collect();
    let (choice, accept) = if radios.is_empty() {
        ("<p>You have no account to pay from.</p>".to_owned(), "")
    } else {
        (
            format!("<fieldset><legend>Pay from</legend>{radios}</fieldset>"),
            "<button class=\"primary\" name=\"decision\" value=\"accept\">Accept</button>",
        )
    };
    let main = format!(
        "{summary}<form method=\"post\" action=\"/pay\">{uuid}{who}{choice}\
         <div class=\"buttons\">{accept}<button name=\"decision\" value=\"reject\">Refuse</button></div></form>\
         <p>You are {name}. <a href=\"{back}\">Someone else</a></p>",
        summary = summary(bank, transaction),
        uuid = hidden(TRANSACTION, &transaction.public_uuid.to_string()),
        who = hidden("customer", &customer.name),
        name = escape(&customer.display_name),
        back = escape(&address(transaction, None)),
    );
    whole(transaction, &main)
}

pub(super) fn failure(error: &PayError, back: Option<String>) -> Answer {
    let back = back.map(|back| format!("<p><a href=\"{}\">Back</a></p>", escape(&back))).unwrap_or_default();
    let main =
        format!("<h1>Not paid here</h1><p id=\"failure\" role=\"alert\">{}</p>{back}", escape(&error.to_string()));
    page(error.status(), document("Not paid here", &main), "")
}

fn whole(transaction: &IssuerTransaction, main: &str) -> Answer {
    page(200, document("Pay", main), &origin(&transaction.url_redirect))
}

/// Who gets how much, what for, and until when.
fn summary(bank: &Bank, transaction: &IssuerTransaction) -> String {
    let asking = bank.books.psp_user(transaction.psp_user_id).map(|user| app_name(&user.common_name));
    let party = &transaction.order.counterparty.party;
    let mut expires = clock::text(transaction.expires);
    expires.truncate(19);
    format!(
        "<h1>Pay <span id=\"amount\" class=\"amount\">EUR {amount}</span></h1><p><q>{asking}</q> asks for this payment.</p>\
         <dl class=\"facts\"><dt>To</dt><dd id=\"payee\"><strong>{name}</strong>\
         <br><span class=\"details\">{iban}</span></dd>\
         <dt>For</dt><dd id=\"description\">{description}</dd>\
         <dt>Until</dt><dd id=\"expiry\">{expires} UTC</dd></dl>",
        amount = decimal(transaction.order.cents),
        asking = escape(&asking.unwrap_or_default()),
        name = escape(&party.name),
        iban = escape(&party.iban.as_deref().map(grouped).unwrap_or_default()),
        description = escape(&transaction.order.description),
    )
}

fn account(bank: &Bank, account: &Account, is_first: bool) -> String {
    format!(
        "<label class=\"account\"><input type=\"radio\" name=\"account\" value=\"{id}\"{checked}>\
         <span><strong>{description}</strong><br><span class=\"details\">{details}</span></span></label>",
        id = account.id,
        checked = if is_first { " checked" } else { "" },
        description = escape(account.description().unwrap_or("Account")),
        details = details(bank, account),
    )
}
