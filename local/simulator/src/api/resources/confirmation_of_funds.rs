//! Confirmation of funds: tells a payment service provider whether an account holds an amount. The customer's consent
//! is not checked, since no call or page of the bank records one.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::body::counterparty::{POINTER, check_pointer};
use crate::api::gate::Caller;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::ledger::balance::balance;
use crate::records::customers::account::Account;
use crate::settings::{FundsAnswer, FundsUnusable};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, object};
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

const QUESTION: [Field; 2] = [object("pointer_iban", &POINTER), object("amount", &AMOUNT)];

/// Why the balance of an account does not decide the answer.
const OTHER_BANK: &str = "the account is at another bank.";
const CLOSED: &str = "the account is closed.";
const OTHER_CURRENCY: &str = "the account is in another currency: EUR.";

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    user::provider_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &QUESTION)?;
    let sufficient = has_sufficient_funds(bank, &fields)?;
    Ok(match bank.settings.confirmation_of_funds_answer {
        FundsAnswer::ConfirmationOfFunds => {
            Answer::one(object! { "ConfirmationOfFunds": object! { "has_sufficient_funds": sufficient } })
        }
        FundsAnswer::Id => Answer::id(bank.books.new_id()),
    })
}

fn has_sufficient_funds(bank: &Bank, fields: &Fields) -> Result<bool, Refusal> {
    let pointer = fields.object("pointer_iban");
    check_pointer("pointer_iban", &pointer)?;
    let cents = amount::value(fields, "amount")?;
    let (kind, value) = (pointer.text("type"), pointer.text("value"));
    // The name is neither required nor compared: it is not known whether the bank does so.
    let Some(account) = account(bank, kind, value) else {
        if kind == "IBAN" && value.get(4..8) != Some("BUNQ") {
            return unusable(bank, OTHER_BANK);
        }
        return Err(Refusal::unrecorded(400, "pointer_iban belongs to no account of this bank."));
    };
    match balance(bank, account) {
        None => unusable(bank, OTHER_BANK),
        Some(_) if account.is_closed() => unusable(bank, CLOSED),
        Some(_) if fields.object("amount").text("currency") != "EUR" => unusable(bank, OTHER_CURRENCY),
        Some(held) => Ok(held >= cents),
    }
}

/// The open account of a pointer, else the closed one.
fn account<'a>(bank: &'a Bank, kind: &str, value: &str) -> Option<&'a Account> {
    let closed = || {
        let mut accounts = bank.customers.iter().flat_map(|customer| &customer.accounts);
        accounts.find(|account| account.aliases.iter().any(|alias| alias.leads_from(kind, value)))
    };
    bank.customers.account_by_alias(kind, value).map(|(_, account)| account).or_else(closed)
}

fn unusable(bank: &Bank, reason: &str) -> Result<bool, Refusal> {
    match bank.settings.confirmation_of_funds_unusable {
        FundsUnusable::Refuse => Err(Refusal::unrecorded(400, reason)),
        FundsUnusable::Insufficient => Ok(false),
    }
}
