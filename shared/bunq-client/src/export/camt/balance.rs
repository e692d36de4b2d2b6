//! The balances of a statement, and the sums of its entries.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;

use super::amount::Amount;
use super::entry::Entry;
use super::xml::{Xml, group, second, text};
use crate::transaction::booking_date;

/// The balances before the oldest and after the newest entry. At least one is known.
pub(super) struct Balances {
    pub(super) opening: Option<Balance>,
    pub(super) closing: Option<Balance>,
}

/// A balance, and the day of the entry that it belongs to.
pub(super) struct Balance {
    amount: Amount,
    day: Option<Date>,
}

impl Balances {
    /// The balances of entries, of which the newest is first. `known` is the balance after the newest, for entries that
    /// have none. `None` if nothing has a balance.
    pub(super) fn of(entries: &[Entry], known: Option<Amount>) -> Option<Self> {
        // Both ends must be entries: how much one that is left out has changed is unknown.
        let mut ends = entries.iter().filter_map(|entry| Some((entry, entry.amount.as_ref()?)));
        let newest = ends.next();
        let oldest = ends.next_back().or(newest);
        let opening = oldest.and_then(|(entry, amount)| entry.balance_after.as_ref()?.minus(amount));
        let closing = newest.and_then(|(entry, _)| entry.balance_after.clone());
        let closing = closing.or_else(|| amounts(entries).try_fold(opening.clone()?, |sum, amount| sum.plus(amount)));
        let closing = closing.or(known);
        let opening =
            opening.or_else(|| amounts(entries).try_fold(closing.clone()?, |rest, amount| rest.minus(amount)));
        let balance = |amount: Option<Amount>, end: Option<(&Entry, &Amount)>| {
            amount.map(|amount| Balance { amount, day: end.and_then(|(entry, _)| entry.booked_on) })
        };
        let (opening, closing) = (balance(opening, oldest), balance(closing, newest));
        (opening.is_some() || closing.is_some()).then_some(Self { opening, closing })
    }
}

impl Balance {
    /// Writes it with its day, or with that of a moment. The balance between two pages is marked as `INTM`,
    /// intermediate.
    pub(super) fn write(&self, xml: &mut Xml, code: &str, is_between_pages: bool, or: Timestamp) -> io::Result<()> {
        group(xml, "Bal", |xml| {
            group(xml, "Tp", |xml| {
                group(xml, "CdOrPrtry", |xml| text(xml, "Cd", code))?;
                if is_between_pages { group(xml, "SubTp", |xml| text(xml, "Cd", "INTM")) } else { Ok(()) }
            })?;
            self.amount.write(xml)?;
            group(xml, "Dt", |xml| match self.day.or_else(|| booking_date(or)) {
                Some(day) => text(xml, "Dt", &day.to_string()),
                None => text(xml, "DtTm", &second(or)),
            })
        })
    }
}

/// Writes the number and the sum of the credits and of the debits.
pub(super) fn summary(xml: &mut Xml, entries: &[Entry]) -> io::Result<()> {
    group(xml, "TxsSummry", |xml| {
        for (name, is_credit) in [("TtlCdtNtries", true), ("TtlDbtNtries", false)] {
            let some = || amounts(entries).filter(|amount| amount.is_credit() == is_credit);
            group(xml, name, |xml| {
                text(xml, "NbOfNtries", &some().count().to_string())?;
                match sum(some()) {
                    Some(sum) => text(xml, "Sum", &sum),
                    None => Ok(()),
                }
            })?;
        }
        Ok(())
    })
}

/// `None` if the amounts have different currencies, or if the sum is too large for the standard.
fn sum<'a>(mut amounts: impl Iterator<Item = &'a Amount>) -> Option<String> {
    match amounts.next() {
        Some(first) => amounts.try_fold(first.clone(), |sum, amount| sum.plus(amount)).map(|sum| sum.number()),
        None => Some("0".to_owned()),
    }
}

/// The amounts of what is not left out.
fn amounts(entries: &[Entry]) -> impl Iterator<Item = &Amount> {
    entries.iter().filter_map(|entry| entry.amount.as_ref())
}
