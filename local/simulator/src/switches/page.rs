//! The page at the simulator's root.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::html;

use crate::pages::html::{STYLE, fixed_page, response};

pub(super) async fn home() -> Response {
    let main = html! {
        h1 { "A bunq bank on this machine" }
        p {
            "It answers the bank's API under " code { "/v1" } ", shows the authorize page under " code { "/auth" }
            " and the pay page under " code { "/pay" } ", and gives access tokens at " code { "/v1/token" }
            ". Its keys and signatures are real; its money is not."
        }
        h2 { "Be a customer" }
        ul.choices {
            li {
                a.choice href="/app" {
                    strong { "The bunq app" }
                    span { "Accounts, payments, requests, and drafts to accept or reject" }
                }
            }
        }
        h2 { "Be a payment service provider" }
        ul.choices {
            li {
                a.choice href="/app/ips" {
                    strong { "Permitted addresses" }
                    span { "Where API keys may be used from, also for who is locked out" }
                }
            }
        }
        h2 { "Look inside" }
        ul {
            li { a href="/_simulator" { "Settings and faults, explained" } }
            li { a href="/_simulator/endpoints" { "Endpoints" } }
            li { a href="/_simulator/overview" { "Overview" } }
            li { a href="/_simulator/customers" { "Customers" } }
            li { a href="/_simulator/objects" { "Drafts, requests, issuer transactions and new payments" } }
            li { a href="/_simulator/calls" { "Calls" } }
            li { a href="/_simulator/faults" { "Faults" } }
            li { a href="/_simulator/settings" { "Settings" } }
        }
    };
    response(fixed_page(200, "Welcome", &main))
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
}
