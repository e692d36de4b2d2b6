//! The HTML of the authorize page.

use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use url::form_urlencoded;

use crate::bank::Bank;
use crate::pages::html::{fixed_page, hidden, page};
use crate::pages::parts::{choice, details};
use crate::records::customers::Customers;
use crate::records::customers::account::Account;
use crate::records::customers::customer::Customer;
use crate::wire::answer::Answer;

/// The request of an application. Its client and its redirect URI are valid.
pub(super) struct AuthorizationRequest {
    pub(super) oauth_client_id: u64,
    pub(super) psp_user_id: u64,
    pub(super) display_name: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
}

/// The first step: the visitor picks a customer.
pub(super) fn customers(request: &AuthorizationRequest, customers: &Customers) -> Answer {
    let main = html! {
        h1 { "Connect " q { (request.display_name) } }
        p { "Scan the code with the bunq app. In this simulator, pick who you are instead." }
        div.qr role="img" aria-label="QR code of this request" { (qr(request)) }
        h2 id="who" { "Continue as" }
        ul.choices aria-labelledby="who" {
            @for customer in customers.iter() {
                (choice(customer, &format!("/auth?{}", query(request, &customer.name))))
            }
        }
    };
    page_of("Connect an app", &main)
}

/// The second step: the customer ticks the accounts that the application may see.
pub(super) fn accounts(bank: &Bank, request: &AuthorizationRequest, customer: &Customer) -> Answer {
    let main = html! {
        h1 { "Allow " q { (request.display_name) } "?" }
        p {
            (customer.display_name)
            ", this app wants to see the accounts you tick: their balances and their payments."
        }
        form method="post" action="/auth" {
            (request_fields(request, customer))
            fieldset {
                legend { "Accounts" }
                @for held in &customer.accounts { (account(bank, held)) }
                @if customer.accounts.is_empty() { p { "You have no account to share." } }
            }
            div.buttons {
                button.primary name="decision" value="allow" { "Allow" }
                button name="decision" value="deny" { "Deny" }
            }
        }
        p { a href={ "/auth?" (query(request, "")) } { "Someone else" } }
    };
    page_of("Allow an app", &main)
}

/// The fields of a form that name the request and the customer.
pub(super) fn request_fields(request: &AuthorizationRequest, customer: &Customer) -> Markup {
    html! {
        (hidden("response_type", "code"))
        (hidden("client_id", &request.client_id))
        (hidden("redirect_uri", &request.redirect_uri))
        @if let Some(state) = &request.state { (hidden("state", state)) }
        (hidden("customer", &customer.name))
    }
}

/// A page without a way on.
pub(super) fn failure(status: u16, title: &str, text: &str) -> Answer {
    fixed_page(status, title, &html! { h1 { (title) } p { (text) } })
}

/// The browser sends the form to this server, is redirected to the application, and may be redirected again by it. The
/// policy must allow all of these, since browsers apply it to every redirect after a form.
pub(super) fn page_of(title: &str, main: &Markup) -> Answer {
    page(200, title, main, "https: http:")
}

fn account(bank: &Bank, account: &Account) -> Markup {
    let kind = account.kind.name();
    html! {
        label.account {
            input type="checkbox" name="account" value=(account.id) checked;
            span {
                strong { (account.description().unwrap_or("Account")) } " "
                small { (kind.strip_prefix("MonetaryAccount").unwrap_or(kind)) }
                br;
                span.details { (details(bank, account)) }
            }
        }
    }
}

pub(super) fn query(request: &AuthorizationRequest, customer: &str) -> String {
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

/// A QR code of an address that no app opens, in the place of the bank's own.
fn qr(request: &AuthorizationRequest) -> PreEscaped<String> {
    let address = format!("https://bunq-simulator.example/connect/{}", request.client_id);
    let Ok(code) = QrCode::new(address) else { return PreEscaped(String::new()) };
    let picture = code.render::<svg::Color<'_>>().min_dimensions(180, 180).build();
    // SVG inside HTML has no XML declaration.
    PreEscaped(picture.split_once("?>").map_or(picture.clone(), |(_, svg)| svg.to_owned()))
}
