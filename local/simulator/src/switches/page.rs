//! The page one sees who opens the simulator's address in a browser.

use axum::http::header;
use axum::response::{Html, IntoResponse};

use crate::oauth::consent_page::{STYLE, document, policy};

pub(super) async fn home() -> impl IntoResponse {
    let main = "<h1>A bunq bank on this machine</h1>\
        <p>It answers the bank's API under <code>/v1</code>, shows the authorize page under <code>/auth</code> \
        and the pay page under <code>/pay</code>, and gives access tokens at <code>/v1/token</code>. Its keys and signatures are real; its money is not.</p>\
        <h2>Be a customer</h2><ul class=\"choices\"><li>\
        <a class=\"choice\" href=\"/app\"><strong>The bunq app</strong>\
        <span>Accounts, payments, requests, and drafts to accept or reject</span></a></li></ul>\
        <h2>Be a payment service provider</h2><ul class=\"choices\"><li>\
        <a class=\"choice\" href=\"/app/ips\"><strong>Permitted addresses</strong>\
        <span>Where API keys may be used from, also for who is locked out</span></a></li></ul>\
        <h2>Look inside</h2><ul>\
        <li><a href=\"/_simulator\">Settings and faults, explained</a></li>\
        <li><a href=\"/_simulator/overview\">Overview</a></li>\
        <li><a href=\"/_simulator/customers\">Customers</a></li>\
        <li><a href=\"/_simulator/objects\">Drafts, requests, issuer transactions and new payments</a></li>\
        <li><a href=\"/_simulator/calls\">Calls</a></li>\
        <li><a href=\"/_simulator/faults\">Faults</a></li>\
        <li><a href=\"/_simulator/settings\">Settings</a></li></ul>";
    ([(header::CONTENT_SECURITY_POLICY, policy(""))], Html(document("Welcome", main)))
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
}
