//! The start page. It names the provider of the deployment to a customer who has not connected yet.

use std::sync::Arc;

use maud::{Markup, PreEscaped, html};
use shared::config::Provider;

use crate::file::File;

/// The start page of a provider.
pub(crate) fn page(provider: &Provider) -> Arc<File> {
    Arc::new(File::new("home.html", "text/html; charset=utf-8", markup(provider).into_string()))
}

fn markup(provider: &Provider) -> Markup {
    let name = &provider.display_name;
    html! {
        (PreEscaped("<!doctype html>"))
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Connect your bunq account to " (name) }
                link rel="icon" href="assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="assets/style.css";
            }
            body {
                main {
                    p.provider { (name) }
                    h1 { "Connect your bunq account" }
                    (connect(provider))
                    section aria-labelledby="happens" {
                        h2 id="happens" { "What happens" }
                        ol {
                            li { "You go to bunq's own page, and confirm in the bunq app which accounts you share." }
                            li { "bunq sends you back, and you see that it worked." }
                            li {
                                "From then on " (name) " can read the accounts that you chose and their payments. It \
                                 can also prepare payments and ask others for money in your name; a prepared payment \
                                 is made when you accept it in the bunq app, and not before."
                            }
                        }
                        p {
                            "Your password and your PIN stay between you and bunq. You can end the connection in the \
                             bunq app whenever you like."
                        }
                    }
                    section aria-labelledby="who" {
                        h2 id="who" { "Who runs this" }
                        p {
                            (name) ". European law (PSD2) calls it a third-party provider. It is not bunq, and bunq \
                             does not run this page. If you do not know " (name) ", do not connect."
                        }
                        @if let Some(url) = &provider.support_url {
                            p { a href=(url) { "Help from " (name) } }
                        }
                    }
                    (for_developers())
                }
            }
        }
    }
}

/// The link that starts a consent. Without open consents, it refers the customer to the provider's own application.
fn connect(provider: &Provider) -> Markup {
    let name = &provider.display_name;
    html! {
        @if provider.open_consent {
            p {
                "You bank with bunq, and " (name) " asked you to share your account. Here you can. It takes a minute, \
                 and you decide at bunq, not here."
            }
            p { a.button href="auth" { "Connect a bunq account" } }
        } @else {
            p {
                "You bank with bunq, and want to share your account with " (name) ". Begin in the website or app of "
                (name) ": it leads you to bunq, and you decide there."
            }
        }
    }
}

/// The links for developers.
fn for_developers() -> Markup {
    html! {
        section aria-labelledby="developers" {
            h2 id="developers" { "For developers" }
            p { "Programs reach connected accounts through an HTTP API, with a key that the provider gives out." }
            ul {
                li { a href="docs" { "The API, to read and to try out" } }
                li { a href="openapi.json" { "Its description as OpenAPI" } }
                li { a href="health" { "Whether it answers" } }
                li {
                    a href="https://doc.bunq.com" { "bunq's own documentation" }
                    ", which explains the accounts and payments in the answers"
                }
            }
        }
    }
}
