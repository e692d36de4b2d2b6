//! Monetary accounts: all of them, or those of one kind. A consent shows only the accounts that the customer selected.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::user;
use crate::api::views::account::element;
use crate::bank::Bank;
use crate::records::customers::account::Account;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::refusal::Refusal;

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let accounts = visible(bank, call, caller)?;
    listing(bank, call, accounts.into_iter().map(|account| (account.id, element(bank, account))).collect())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|account| Answer::one(element(bank, account)))
}

/// The account whose id is the second in the path.
///
/// # Errors
///
/// When the caller may not see the account, or it does not exist.
pub(crate) fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a Account, Refusal> {
    let id = call.id(1);
    let account = visible(bank, call, caller)?.into_iter().find(|account| account.id == id);
    account.ok_or(Refusal::NotFound { thing: "Monetary account", id })
}

/// The id of the account in the path, if payments from it and to it are possible.
///
/// # Errors
///
/// When the account is at another bank or closed, or the caller may not see it.
pub(crate) fn holding_in_path(bank: &Bank, call: &Call, caller: &Caller) -> Result<u64, Refusal> {
    let account = in_path(bank, call, caller)?;
    match account.first_cents() {
        None => Err(Refusal::unrecorded(400, "this account is not held at this bank.")),
        Some(_) if account.is_closed() => Err(Refusal::unrecorded(400, "this account is closed.")),
        Some(_) => Ok(account.id),
    }
}

fn visible<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<Vec<&'a Account>, Refusal> {
    let Some(granted) = user::granted_in_path(bank, call, caller)? else { return Ok(Vec::new()) };
    let kind = kind_of_path(&call.path);
    let accounts = granted.customer.accounts.iter();
    let ticked = accounts.filter(|account| granted.sees(account.id));
    Ok(ticked.filter(|account| kind.as_deref().is_none_or(|kind| account.kind.name() == kind)).collect())
}

/// The kind that the path selects: `…/monetary-account-external-savings` lists `MonetaryAccountExternalSavings`, and
/// `…/monetary-account` lists all kinds.
fn kind_of_path(path: &str) -> Option<String> {
    let words = path.split('/').find_map(|part| part.strip_prefix("monetary-account-"))?.split('-');
    let mut kind = "MonetaryAccount".to_owned();
    for word in words {
        let (first, rest) = word.split_at_checked(1)?;
        kind.push_str(&first.to_ascii_uppercase());
        kind.push_str(rest);
    }
    Some(kind)
}
