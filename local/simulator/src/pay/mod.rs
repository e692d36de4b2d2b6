//! GET and POST /pay, and GET / with a transaction: the browser arrives to pay an issuer transaction, and leaves for
//! the address that its application gave.
//!
//! The real page waits for the customer's app. This one lets the visitor be a customer.

mod page;

use crate::bank::Bank;
use crate::customers::account::AccountKind;
use crate::customers::{Account, Customer};
use crate::forms::number;
use crate::money::decision::{Decision, DecisionError};
use crate::money::issuer_transaction::{self, IssuerTransaction, Settled};
use crate::wire::answer::Answer;
use crate::wire::call::{Call, value_of};

/// The parameter that names a transaction.
pub(crate) const TRANSACTION: &str = "transactionId";

/// Why a transaction is not paid, or not even shown.
#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("The bank knows no such payment.")]
    Unknown,
    #[error("The form names no customer, none of this customer's bank accounts, or no decision.")]
    Incomplete,
    #[error("This payment waits no longer: it is {status}.")]
    Over { status: &'static str },
    #[error("It cannot be paid: {0}")]
    Decision(DecisionError),
}

impl PayError {
    fn status(&self) -> u16 {
        match self {
            Self::Unknown => 404,
            Self::Incomplete => 400,
            Self::Over { .. } => 410,
            Self::Decision(_) => 409,
        }
    }
}

impl From<DecisionError> for PayError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Unknown { .. } => Self::Unknown,
            DecisionError::NotPending { status } => Self::Over { status },
            DecisionError::TooLittle | DecisionError::Itself => Self::Decision(error),
        }
    }
}

pub(crate) fn show(bank: &mut Bank, call: &Call) -> Answer {
    let query = call.query.as_bytes();
    let transaction = match waiting(bank, query) {
        Ok(transaction) => transaction,
        Err(error) => return page::failure(&error, None),
    };
    match customer(bank, query) {
        Some(customer) => page::accounts(bank, transaction, customer),
        None => page::customers(bank, transaction),
    }
}

pub(crate) fn decide(bank: &mut Bank, call: &Call) -> Answer {
    let form = call.body.as_slice();
    match obey(bank, form) {
        Ok(url_redirect) => Answer::redirect(&url_redirect),
        Err(error) => {
            let back = waiting(bank, form).ok().map(|transaction| page::address(transaction, customer(bank, form)));
            page::failure(&error, back)
        }
    }
}

/// The accounts that a transaction can be paid from.
pub(crate) fn payers(customer: &Customer) -> impl Iterator<Item = &Account> {
    customer.accounts.iter().filter(|account| account.kind == AccountKind::Bank)
}

/// Does what a form says, and tells where the browser goes.
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
    // Whether the real bank appends anything is not known.
    Ok(url_redirect)
}

fn waiting<'a>(bank: &'a Bank, parameters: &[u8]) -> Result<&'a IssuerTransaction, PayError> {
    let uuid = value_of(parameters, TRANSACTION).unwrap_or_default();
    let transaction = issuer_transaction::by_public_uuid(bank, &uuid).ok_or(PayError::Unknown)?;
    transaction.check_pending(bank.now())?;
    Ok(transaction)
}

fn customer<'a>(bank: &'a Bank, parameters: &[u8]) -> Option<&'a Customer> {
    value_of(parameters, "customer").and_then(|name| bank.customers.named(&name))
}
