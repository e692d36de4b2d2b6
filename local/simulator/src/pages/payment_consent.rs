//! The HTML of the authorize page while draft payments of the provider wait for the customer. The customer decides all
//! of them together, in place of the consent to accounts, or leaves the page.

use maud::{Markup, html};

use crate::bank::Bank;
use crate::ledger::decision::DecisionError;
use crate::pages::consent::{AuthorizationRequest, page_of, query, request_fields};
use crate::pages::html::{hidden, page};
use crate::pages::parts::{details, euros, grouped};
use crate::records::customers::customer::Customer;
use crate::records::psp_draft_payment::PspDraftPayment;
use crate::wire::answer::Answer;

/// The second step: the customer decides the pending payments.
pub(super) fn payments(
    bank: &Bank,
    request: &AuthorizationRequest,
    customer: &Customer,
    pending: &[&PspDraftPayment],
) -> Answer {
    let sum = pending.iter().map(|draft| draft.order.cents).sum();
    let main = html! {
        h1 { "Pay with " q { (request.display_name) } "?" }
        p { (customer.display_name) ", this app prepared these payments from your accounts. You decide all at once." }
        form method="post" action="/auth" {
            (request_fields(request, customer))
            ul.cards id="payments" { @for draft in pending { (payment(bank, customer, draft)) } }
            p { "Together " span id="sum" { (euros(sum)) } }
            div.buttons {
                button.primary name="decision" value="accept" { "Accept" }
                button name="decision" value="reject" { "Reject" }
            }
        }
        p { "To decide later, leave this page." }
        p { a href={ "/auth?" (query(request, "")) } { "Someone else" } }
    };
    page_of("Pay", &main)
}

/// Why payments were not decided, and the way back to them.
pub(super) fn failure(request: &AuthorizationRequest, customer: &str, error: DecisionError) -> Answer {
    let main = html! {
        h1 { "Not done" }
        p id="failure" role="alert" { "It cannot be done: " (error) }
        p { a href={ "/auth?" (query(request, customer)) } { "Back" } }
    };
    page(409, "Not done", &main, "")
}

fn payment(bank: &Bank, customer: &Customer, draft: &PspDraftPayment) -> Markup {
    let party = &draft.order.counterparty.party;
    html! {
        li.psp-draft data-psp-draft=(draft.id) {
            (hidden("payment", &draft.id.to_string()))
            p {
                (euros(draft.order.cents)) " · " strong { (party.name) } " "
                span.details { (party.iban.as_deref().map(grouped).unwrap_or_default()) }
                br;
                (draft.order.description)
            }
            @if let Some(account) = customer.account(draft.account_id) {
                p.details {
                    "From " (account.description().unwrap_or("an account")) " · " (details(bank, account))
                }
            }
        }
    }
}
