//! The sections and forms of the customer's page.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::clock;
use crate::pages::html::hidden;
use crate::records::customers::customer::Customer;

/// A part of the page with a heading. It shows the text `none` if it has no items.
pub(super) fn section(id: &str, title: &str, items: &[Markup], none: &str) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section id=(id) aria-labelledby=(heading) {
            h2 id=(heading) { (title) }
            @if items.is_empty() {
                p.none { (none) }
            } @else {
                ul.cards { @for item in items { (item) } }
            }
        }
    }
}

/// A form with one button for each decision. `what` is `draft`, `request` or `connection`.
pub(super) fn decision_form(what: &str, id: u64, customer: &Customer, decisions: &[(&str, &str)]) -> Markup {
    let id_of = |name: &str| (what == name).then_some(id);
    html! {
        form method="post" action={ "/app/" (what) } {
            (hidden(what, &id.to_string()))
            (hidden("customer", &customer.name))
            div.buttons {
                @for (value, label) in decisions {
                    button
                        class=[(*value == "accept").then_some("primary")]
                        name="decision"
                        value=(value)
                        data-draft=[id_of("draft")]
                        data-request=[id_of("request")]
                        data-connection=[id_of("connection")]
                        { (label) }
                }
            }
        }
    }
}

/// A moment as the bank writes it, without the seconds.
pub(super) fn minute(moment: Timestamp) -> String {
    let mut text = clock::text(moment);
    text.truncate(16);
    text
}
