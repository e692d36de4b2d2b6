//! Builds an account and its payments from a file of customers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::records::customer_file::format::{AccountEntry, Generated, Kind, Line};
use crate::records::customer_file::ids::Ids;
use crate::records::customer_file::values::Iban;
use crate::records::customers::account::{Account, AccountKind, Setting};
use crate::records::history::{self, DAYS};
use crate::records::parts::{Alias, decimal, is_mail_address, is_telephone_number};
use crate::records::payment::Payment;

/// 8 March 2021, 09:14:27, and 17 October 2025.
const OPENED: Timestamp = Timestamp::constant(1_615_194_867, 418_305_000);
const UPDATED: Timestamp = Timestamp::constant(1_760_726_751, 6_420_000);

/// The account of an entry, and its payments. `holder` is the id and the name of the customer.
///
/// # Errors
///
/// When the fields of the entry contradict each other. The text is the reason.
pub(super) fn build(
    entry: &AccountEntry,
    holder: (u64, &str),
    lines: &BTreeMap<String, Vec<Line>>,
    ids: &mut Ids,
) -> Result<(Account, Vec<Payment>), String> {
    let created = entry.created.map_or(OPENED, |created| created.0);
    let id = ids.one(entry.id)?;
    let mut account = Account::new(id, created, kind(entry)?, holder);
    account.updated = UPDATED.max(created);
    if let Some(description) = &entry.description {
        account.description.clone_from(description);
    }
    if let Some(color) = &entry.color {
        let good = color.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && u32::from_str_radix(hex, 16).is_ok());
        ensure(good, || format!("\"{color}\" is not a color such as \"#FF7819\""))?;
        account.setting = Setting::of_color(color);
    }
    let is_elsewhere = entry.iban.as_ref().is_some_and(|iban| iban.0.starts_with("NL") && !iban.is_bunq());
    ensure(!(is_elsewhere && account.kind.is_held()), || {
        "an account at this bank has an IBAN of bunq, such as NL66BUNQ2055667788".to_owned()
    })?;
    let is_reserved = entry.iban.as_ref().is_some_and(Iban::is_reserved);
    ensure(!is_reserved, || {
        "IBANs of bunq with account numbers from 2100000000 are assigned by the simulator".to_owned()
    })?;
    account.aliases = aliases(entry, account.aliases, holder.1)?;
    let sum: i64 = entry.payments.iter().map(|payment| payment.amount.0).sum();
    let opening = entry.opening_balance.map(|opening| opening.0);
    let balance = entry.balance.map(|balance| balance.0);
    ensure(balance.is_some() || entry.generated.is_none(), || "a generated history needs a balance".to_owned())?;
    account.cents = balance.unwrap_or(opening.unwrap_or_default() + sum);
    let payments = payments(entry, &account, lines, ids, opening.unwrap_or(account.cents - sum))?;
    Ok((account, payments))
}

fn payments(
    entry: &AccountEntry,
    account: &Account,
    lines: &BTreeMap<String, Vec<Line>>,
    ids: &mut Ids,
    listed_opening: i64,
) -> Result<Vec<Payment>, String> {
    let is_plain = entry.payments.is_empty() && entry.generated.is_none() && entry.opening_balance.is_none();
    if !account.kind.is_held() {
        ensure(is_plain, || "an account at another bank has a balance, but no payments".to_owned())?;
        return Ok(Vec::new());
    }
    ensure(account.cents >= 0, || format!("the balance is {}, below zero", decimal(account.cents)))?;
    let (opening, payments) = match &entry.generated {
        Some(Generated { count, lines: name }) => {
            ensure(entry.payments.is_empty(), || "an account has either payments or a generated history".to_owned())?;
            ensure((1..=DAYS).contains(count), || format!("a generated history has from 1 to {DAYS} payments"))?;
            let lines = lines.get(name).ok_or_else(|| format!("there are no lines of the name \"{name}\""))?;
            ensure(!lines.is_empty(), || format!("the lines \"{name}\" are empty"))?;
            for line in lines {
                ensure(line.least.0 <= line.most.0, || {
                    format!(
                        "in the lines \"{name}\", {} to {} is no range",
                        decimal(line.least.0),
                        decimal(line.most.0)
                    )
                })?;
            }
            let opening = entry.opening_balance.as_ref().map(|opening| opening.0);
            let first_id = ids.block(entry.first_payment_id, u64::from(*count))?;
            (opening.unwrap_or_default(), history::generated(account, first_id, opening, *count, lines))
        }
        None => {
            let first_id = ids.block(entry.first_payment_id, entry.payments.len() as u64)?;
            (listed_opening, history::listed(account, first_id, listed_opening, &entry.payments))
        }
    };
    contradicted(account, opening, &payments)?;
    Ok(payments)
}

/// Checks that the payments lead from the opening balance to that of the account, without debt at any time.
fn contradicted(account: &Account, opening: i64, payments: &[Payment]) -> Result<(), String> {
    ensure(opening >= 0, || {
        format!("the payments do not fit the balance: before the first one it would be {}", decimal(opening))
    })?;
    let end = payments.last().map_or(opening, |payment| payment.balance_after);
    ensure(end == account.cents, || {
        format!(
            "the opening balance and the payments give {}, not the balance {}",
            decimal(end),
            decimal(account.cents)
        )
    })?;
    let mut before = Timestamp::MIN;
    for (number, payment) in (1..).zip(payments) {
        ensure(payment.cents != 0, || format!("payment {number} has the amount 0.00"))?;
        ensure(payment.balance_after >= 0, || {
            format!(
                "payment {number} does not fit the balance: after it, it would be {}",
                decimal(payment.balance_after)
            )
        })?;
        ensure(payment.created >= before, || {
            format!("payment {number} is before the one above it; the payments must be oldest first")
        })?;
        before = payment.created;
    }
    Ok(())
}

fn kind(entry: &AccountEntry) -> Result<AccountKind, String> {
    ensure(entry.partner.is_none() || entry.kind == Kind::Joint, || "only a joint account has a partner".to_owned())?;
    ensure(entry.goal.is_none() || entry.kind == Kind::Savings, || "only a savings account has a goal".to_owned())?;
    Ok(match entry.kind {
        Kind::Bank => AccountKind::Bank,
        Kind::Joint => {
            let partner = entry.partner.clone().ok_or("a joint account needs a partner")?;
            AccountKind::Joint { partner }
        }
        Kind::Savings => {
            let goal_cents = entry.goal.map(|goal| goal.0);
            ensure(goal_cents.is_none_or(|goal| goal > 0), || "the goal must be above zero".to_owned())?;
            AccountKind::Savings { goal_cents }
        }
        Kind::Card => AccountKind::Card,
        Kind::External => AccountKind::External,
        Kind::ExternalSavings => AccountKind::ExternalSavings,
        Kind::ExternalOfNulls => AccountKind::ExternalOfNulls,
        Kind::SwitchService => AccountKind::SwitchService,
        Kind::Holographic => AccountKind::Holographic,
    })
}

/// The telephone number, the mail address and the IBAN, in this order.
fn aliases(entry: &AccountEntry, assigned: Vec<Alias>, holder: &str) -> Result<Vec<Alias>, String> {
    let mut aliases = Vec::new();
    if let Some(number) = &entry.phone_number {
        ensure(is_telephone_number(number), || format!("\"{number}\" is not a number such as \"+31612345678\""))?;
        aliases.push(Alias::new("PHONE_NUMBER", number, number));
    }
    if let Some(address) = &entry.mail_address {
        ensure(is_mail_address(address), || format!("\"{address}\" is not a mail address"))?;
        aliases.push(Alias::new("EMAIL", address, address));
    }
    match &entry.iban {
        Some(iban) => aliases.push(Alias::new("IBAN", &iban.0, holder)),
        None => aliases.extend(assigned),
    }
    Ok(aliases)
}

/// Returns the error of `reason` unless a condition is met.
pub(super) fn ensure(met: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    if met { Ok(()) } else { Err(reason()) }
}
