//! The parts that all pages share: the document, its headers, and how a form is read.
//!
//! A form changes something for every visitor who opens its page. `loopback` checks for every request that a form comes
//! from a page of this server, so no other page in the same browser can press the buttons.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::wire::answer::Answer;
use crate::wire::call::value_of;

pub(crate) const STYLE: &str = include_str!("../../assets/style.css");
pub(crate) const STYLE_PATH: &str = "/_simulator/style.css";

/// A page with its stylesheet and nothing else. The browser may send its form to this server, and follow a redirect
/// from there to `origin`.
pub(crate) fn page(status: u16, title: &str, main: &Markup, origin: &str) -> Answer {
    let mut answer = Answer::html(status, document(title, main).into_string());
    answer.set(header::CONTENT_SECURITY_POLICY, &policy(origin));
    answer.set(header::CACHE_CONTROL, "no-store");
    answer
}

/// A page without a form. A browser may cache it.
pub(crate) fn fixed_page(status: u16, title: &str, main: &Markup) -> Answer {
    let mut answer = Answer::html(status, document(title, main).into_string());
    answer.set(header::CONTENT_SECURITY_POLICY, &policy(""));
    answer
}

/// The page for an address that does not exist.
pub(crate) fn nothing_here(path: &str) -> Answer {
    let title = "There is no such page";
    let main = html! {
        h1 { (title) }
        p { "The simulated bank has nothing at " code { (path) } "." }
        p { a href="/" { "Home" } }
    };
    fixed_page(404, title, &main)
}

/// Turns an answer of the bank into one of the router.
pub(crate) fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, answer.headers, answer.body).into_response()
}

/// A whole number in a form.
pub(crate) fn number(form: &[u8], name: &str) -> Option<u64> {
    value_of(form, name)?.parse().ok()
}

/// A field of a form that the visitor does not see.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Browsers apply `form-action` to the redirect that follows a form, too.
fn policy(origin: &str) -> String {
    let rest = "base-uri 'none'; frame-ancestors 'none'";
    format!("default-src 'none'; style-src 'self'; form-action 'self' {origin}; {rest}")
}

/// A document with this main part.
fn document(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " – bunq simulator" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                header { span.brand { "bunq simulator" } " " span.note { "not a bank" } }
                main { (main) }
            }
        }
    }
}
