//! What the authorize page looks like: plain HTML and one stylesheet, usable without a script and without the network.

use axum::http::header;
use qrcode::QrCode;
use qrcode::render::svg;
use url::form_urlencoded;

use crate::bank::Bank;
use crate::customers::{Account, Customer, Customers};
use crate::money::ledger;
use crate::oauth::authorize::AuthorizationRequest;
use crate::wire::answer::Answer;

pub(crate) const STYLE: &str = include_str!("../../assets/style.css");
pub(crate) const STYLE_PATH: &str = "/_simulator/style.css";

/// The first step: which customer is in front of the screen.
pub(super) fn customers(request: &AuthorizationRequest, customers: &Customers) -> String {
    let choices: String = customers
        .iter()
        .map(|customer| {
            format!(
                "<li><a class=\"choice\" href=\"/auth?{}\"><strong>{}</strong> <code>{}</code><span>{}</span></a></li>",
                escape(&query(request, &customer.name)),
                escape(&customer.display_name),
                escape(&customer.name),
                escape(&customer.about),
            )
        })
        .collect();
    let main = format!(
        "<h1>Connect <q>{name}</q></h1>\
         <p>Scan the code with the bunq app. In this simulator, pick who you are instead.</p>\
         <div class=\"qr\" role=\"img\" aria-label=\"QR code of this request\">{qr}</div>\
         <h2 id=\"who\">Continue as</h2><ul class=\"choices\" aria-labelledby=\"who\">{choices}</ul>",
        name = escape(&request.display_name),
        qr = qr(request),
    );
    document("Connect an app", &main)
}

/// The second step: which accounts the application may see.
pub(super) fn accounts(bank: &Bank, request: &AuthorizationRequest, customer: &Customer) -> String {
    let boxes: String = customer.accounts.iter().map(|held| account(bank, held)).collect();
    let boxes = if boxes.is_empty() { "<p>You have no account to share.</p>".to_owned() } else { boxes };
    let state = request.state.as_deref().map(|state| hidden("state", state)).unwrap_or_default();
    let main = format!(
        "<h1>Allow <q>{name}</q>?</h1>\
         <p>{customer}, this app wants to see the accounts you tick: their balances and their payments.</p>\
         <form method=\"post\" action=\"/auth\">{response_type}{client_id}{redirect_uri}{state}{who}\
         <fieldset><legend>Accounts</legend>{boxes}</fieldset>\
         <div class=\"buttons\">\
         <button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"deny\">Deny</button></div></form>\
         <p><a href=\"/auth?{back}\">Someone else</a></p>",
        name = escape(&request.display_name),
        customer = escape(&customer.display_name),
        response_type = hidden("response_type", "code"),
        client_id = hidden("client_id", &request.client_id),
        redirect_uri = hidden("redirect_uri", &request.redirect_uri),
        who = hidden("customer", &customer.name),
        back = escape(&query(request, "")),
    );
    document("Allow an app", &main)
}

/// A page on which the way ends.
pub(super) fn failure(status: u16, title: &str, text: &str) -> Answer {
    let main = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text));
    let mut answer = Answer::html(status, document(title, &main));
    answer.set(header::CONTENT_SECURITY_POLICY, &policy(""));
    answer
}

/// What a browser gets where there is nothing.
pub(crate) fn nothing_here(path: &str) -> Answer {
    let main = format!(
        "<h1>There is no such page</h1><p>The simulated bank has nothing at <code>{}</code>.</p>\
         <p><a href=\"/\">Home</a></p>",
        escape(path),
    );
    let mut answer = Answer::html(404, document("There is no such page", &main));
    answer.set(header::CONTENT_SECURITY_POLICY, &policy(""));
    answer
}

/// `form-action` counts for the redirect that follows a form, too.
pub(crate) fn policy(origin: &str) -> String {
    let rest = "base-uri 'none'; frame-ancestors 'none'";
    format!("default-src 'none'; style-src 'self'; form-action 'self' {origin}; {rest}")
}

/// A whole page around its main part.
pub(crate) fn document(title: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} – bunq simulator</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body>\
         <header><span class=\"brand\">bunq simulator</span> <span class=\"note\">not a bank</span></header>\
         <main>{main}</main></body></html>",
        title = escape(title),
    )
}

/// Text that HTML cannot take for anything else, in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn account(bank: &Bank, account: &Account) -> String {
    let kind = account.kind.name();
    let kind = kind.strip_prefix("MonetaryAccount").unwrap_or(kind);
    format!(
        "<label class=\"account\"><input type=\"checkbox\" name=\"account\" value=\"{id}\" checked>\
         <span><strong>{description}</strong> <small>{kind}</small><br>\
         <span class=\"details\">{details}</span></span></label>",
        id = account.id,
        description = escape(account.description().unwrap_or("Account")),
        kind = escape(kind),
        details = details(bank, account),
    )
}

/// What tells one account from another: its IBAN and its balance, where the bank knows them.
pub(crate) fn details(bank: &Bank, account: &Account) -> String {
    let iban = account.iban().map(|iban| escape(&grouped(iban)));
    let balance =
        ledger::balance_text(bank, account).map(|text| format!("<span class=\"amount\">{}</span>", escape(&text)));
    [iban, balance].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// An IBAN as people read it, in groups of four.
pub(crate) fn grouped(iban: &str) -> String {
    let characters: Vec<char> = iban.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
}

fn query(request: &AuthorizationRequest, customer: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("response_type", "code");
    query.append_pair("client_id", &request.client_id).append_pair("redirect_uri", &request.redirect_uri);
    if let Some(state) = &request.state {
        query.append_pair("state", state);
    }
    if !customer.is_empty() {
        query.append_pair("customer", customer);
    }
    query.finish()
}

/// A picture of an address that no app opens; it stands where the bank's own stands.
fn qr(request: &AuthorizationRequest) -> String {
    let address = format!("https://bunq-simulator.example/connect/{}", request.client_id);
    let Ok(code) = QrCode::new(address) else { return String::new() };
    let picture = code.render::<svg::Color<'_>>().min_dimensions(180, 180).build();
    // Inside HTML a picture has no declaration of its own.
    picture.split_once("?>").map_or(picture.clone(), |(_, svg)| svg.to_owned())
}
