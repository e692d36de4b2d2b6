//! GET and POST /pay, and GET / with a transaction: the browser arrives to pay an issuer transaction, and leaves for
//! the address that the application gave.
//!
//! The real page waits for the customer's app. On this one the visitor picks a customer.

use crate::bank::Bank;
use crate::ledger::decision::{Decision, check_pending};
use crate::ledger::issuer_transaction::{self, payers};
use crate::pages::html::number;
use crate::pages::pay::markup;
use crate::pages::pay::parameters::{PayError, TRANSACTION};
use crate::records::customers::customer::Customer;
use crate::records::issuer_transaction::{IssuerTransaction, Settled};
use crate::wire::answer::Answer;
use crate::wire::call::{Call, value_of};

pub(crate) fn show(bank: &mut Bank, call: &Call) -> Answer {
    let query = call.query.as_bytes();
    let transaction = match waiting(bank, query) {
        Ok(transaction) => transaction,
        Err(error) => return markup::failure(&error, None),
    };
    match customer(bank, query) {
        Some(customer) => markup::accounts(bank, transaction, customer),
        None => markup::customers(bank, transaction),
    }
}

pub(crate) fn decide(bank: &mut Bank, call: &Call) -> Answer {
    let form = call.body.as_slice();
    match obey(bank, form) {
        Ok(url_redirect) => Answer::redirect(&url_redirect),
        Err(error) => {
            let back = waiting(bank, form).ok().map(|transaction| markup::address(transaction, customer(bank, form)));
            markup::failure(&error, back.as_deref())
        }
    }
}

/// Executes a form, and returns the address that the browser is redirected to.
fn obey(bank: &mut Bank, form: &[u8]) -> Result<String, PayError> {
    let transaction = waiting(bank, form)?;
    let (id, url_redirect) = (transaction.id, transaction.url_redirect.clone());
    let customer = customer(bank, form).ok_or(PayError::Incomplete)?;
    match value_of(form, "decision").as_deref().and_then(Decision::named) {
        Some(Decision::Accept) => {
            let account_id = number(form, "account").ok_or(PayError::Incomplete)?;
            if !payers(customer).any(|account| account.id == account_id) {
                return Err(PayError::Incomplete);
            }
            issuer_transaction::accept(bank, id, account_id)?;
        }
        Some(Decision::Reject) => issuer_transaction::end(bank, id, Settled::Rejected)?,
        None => return Err(PayError::Incomplete),
    }
    // The real bank may append parameters; that is not known.
    Ok(url_redirect)
}

fn waiting<'a>(bank: &'a Bank, parameters: &[u8]) -> Result<&'a IssuerTransaction, PayError> {
    let uuid = value_of(parameters, TRANSACTION).unwrap_or_default();
    let transaction = issuer_transaction::by_public_uuid(bank, &uuid).ok_or(PayError::Unknown)?;
    check_pending(transaction.status(bank.now()))?;
    Ok(transaction)
}

fn customer<'a>(bank: &'a Bank, parameters: &[u8]) -> Option<&'a Customer> {
    value_of(parameters, "customer").and_then(|name| bank.customers.named(&name))
}
