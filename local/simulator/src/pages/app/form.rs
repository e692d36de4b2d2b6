//! Executes the forms of the app, and shows why one fails.

use maud::html;

use crate::bank::Bank;
use crate::ledger::decision::DecisionError;
use crate::ledger::permitted::ListError;
use crate::pages::html::page;
use crate::records::permitted::AddressError;
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

/// Why a form is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    #[error("The form names nothing that can be decided here, or no decision.")]
    Incomplete,
    #[error("It cannot be done: {0}")]
    Decision(#[from] DecisionError),
    #[error("It cannot be done: {0}")]
    Address(#[from] AddressError),
    #[error("It cannot be done: {0}")]
    List(#[from] ListError),
}

impl FormError {
    fn status(&self) -> u16 {
        match self {
            Self::Incomplete | Self::Address(_) => 400,
            Self::Decision(_) | Self::List(_) => 409,
        }
    }
}

/// The address of a customer's page.
pub(super) fn address(customer: &str) -> String {
    format!("/app?customer={customer}")
}

/// Executes a form, saves the books, and redirects to the page of its customer. `decide` receives the names of the
/// customer and the decision.
pub(super) fn obey(
    bank: &mut Bank,
    form: &[u8],
    decide: impl FnOnce(&mut Bank, &str, &str) -> Result<(), FormError>,
) -> Answer {
    let customer = value_of(form, "customer").unwrap_or_default();
    let decision = value_of(form, "decision").unwrap_or_default();
    let result = decide(bank, &customer, &decision);
    bank.save();
    match result {
        Ok(()) => Answer::redirect(&address(&customer)),
        Err(error) if bank.customers.named(&customer).is_some() => failure(&error, &address(&customer)),
        Err(error) => failure(&error, "/app"),
    }
}

pub(super) fn failure(error: &FormError, back: &str) -> Answer {
    let main = html! {
        h1 { "Not done" }
        p id="failure" role="alert" { (error) }
        p { a href=(back) { "Back" } }
    };
    page(error.status(), "Not done", &main, "")
}
