//! Transactions as `BankToCustomerStatement` of ISO 20022, version camt.053.001.08.
//!
//! A walk through an account gives the newest transaction first, and may end before the oldest. So a caller renders
//! each [`Entry`] alone, adds up its bytes, and makes a [`document`] of as many as fit. The rest is the next page.

mod account;
mod amount;
mod balance;
mod entry;
mod xml;

use std::io;

use jiff::{SignedDuration, Timestamp};
use quick_xml::events::{BytesDecl, BytesText, Event};
use uuid::Uuid;

use self::account::identification;
use self::amount::{Amount, is_currency};
use self::balance::{Balances, summary};
pub use self::entry::Entry;
use self::xml::{MAX_70, MAX_140, Xml, group, second, text, text_if};
use super::error::ExportError;
use crate::transaction::{SignedMoney, Transaction};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

/// A document without its entries has at most this size in bytes.
pub const MOST_BYTES_WITHOUT_ENTRIES: usize = 4096;

/// What a statement tells besides its entries. It has no `Debug`, so that it reaches no log.
#[derive(Clone)]
pub struct Statement<'a> {
    /// The id of the message and of the statement. Each page has its own, so that no reader takes a page for a copy.
    pub message_id: Uuid,
    /// When it is made.
    pub created_at: Timestamp,
    /// The number of the page. The first one has the newest entries, since a walk begins with them.
    pub page: u16,
    /// Whether it has the oldest entries of what was asked for.
    pub is_last_page: bool,
    /// bunq's id of the account.
    pub account_id: u64,
    /// The IBAN of the account. Without a valid one, `account_id` identifies it.
    pub iban: Option<&'a str>,
    /// The currency of the account.
    pub currency: &'a str,
    /// The name that its holder gave the account.
    pub name: Option<&'a str>,
    /// The name of the holder.
    pub holder: Option<&'a str>,
    /// The beginning of the period that was asked for. Without it, no period is written.
    pub from: Option<Timestamp>,
    /// The first moment after the period that was asked for. Without it, the period ends with `created_at`.
    pub to: Option<Timestamp>,
    /// The balance of the account after the newest entry; without entries, the balance at the end of the period. It is
    /// used only if the transactions have no balances.
    pub balance: Option<SignedMoney>,
}

/// The document of a statement. The newest entry is first in `entries`, and last in the document.
///
/// # Errors
///
/// Returns [`ExportError::NoBalance`] if neither the entries nor the statement has a balance that the standard can
/// hold: it requires one. Returns [`ExportError::Write`] if the text cannot be written.
pub fn document(statement: &Statement<'_>, entries: &[Entry]) -> Result<String, ExportError> {
    let known = statement.balance.as_ref().and_then(Amount::read);
    let balances = Balances::of(entries, known).ok_or(ExportError::NoBalance)?;
    let size = entries.iter().map(Entry::bytes).sum::<usize>() + MOST_BYTES_WITHOUT_ENTRIES;
    let mut xml = Xml::new(Vec::with_capacity(size));
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("Document").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        group(xml, "BkToCstmrStmt", |xml| {
            group(xml, "GrpHdr", |xml| group_header(xml, statement))?;
            group(xml, "Stmt", |xml| body(xml, statement, entries, &balances))
        })
    })?;
    Ok(xml::finished(xml)?)
}

/// Returns the balance of the account before a transaction. `None` if its amount or its balance is unknown, or does not
/// fit in a statement.
#[must_use]
pub fn balance_before(transaction: &Transaction) -> Option<SignedMoney> {
    let after = Amount::read(transaction.balance_after.as_ref()?)?;
    Some(after.minus(&Amount::read(transaction.amount.as_ref()?)?)?.to_money())
}

fn group_header(xml: &mut Xml, statement: &Statement<'_>) -> io::Result<()> {
    // A UUID with its hyphens would be longer than the standard permits.
    text(xml, "MsgId", &statement.message_id.simple().to_string())?;
    text(xml, "CreDtTm", &second(statement.created_at))?;
    group(xml, "MsgPgntn", |xml| {
        text(xml, "PgNb", &statement.page.to_string())?;
        text(xml, "LastPgInd", if statement.is_last_page { "true" } else { "false" })
    })
}

fn body(xml: &mut Xml, statement: &Statement<'_>, entries: &[Entry], balances: &Balances) -> io::Result<()> {
    text(xml, "Id", &statement.message_id.simple().to_string())?;
    text(xml, "CreDtTm", &second(statement.created_at))?;
    if let Some(from) = statement.from {
        group(xml, "FrToDt", |xml| {
            text(xml, "FrDtTm", &second(from))?;
            text(xml, "ToDtTm", &second(statement.to.unwrap_or(statement.created_at)))
        })?;
    }
    group(xml, "Acct", |xml| account_of(xml, statement))?;
    let (from, to) = days(statement);
    if let Some(opening) = &balances.opening {
        opening.write(xml, "OPBD", !statement.is_last_page, from)?;
    }
    if let Some(closing) = &balances.closing {
        closing.write(xml, "CLBD", statement.page > 1, to)?;
    }
    summary(xml, entries)?;
    for entry in entries.iter().rev() {
        xml.write_event(Event::Text(BytesText::from_escaped(entry.xml())))?;
    }
    match entries.iter().filter(|entry| entry.is_left_out()).count() {
        0 => Ok(()),
        count => text(xml, "AddtlStmtInf", &format!("Left out, since their amounts are unknown: {count}")),
    }
}

/// The moments whose days are those of the balances of a statement without entries. The end of the period is the first
/// moment after it.
fn days(statement: &Statement<'_>) -> (Timestamp, Timestamp) {
    let last = |end: Timestamp| end.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(end);
    let closing = match statement.from {
        // The newer pages have the rest of the period.
        Some(from) if statement.page > 1 => from,
        _ => statement.to.map_or(statement.created_at, last).min(statement.created_at),
    };
    (statement.from.unwrap_or(closing).min(closing), closing)
}

fn account_of(xml: &mut Xml, statement: &Statement<'_>) -> io::Result<()> {
    identification(xml, statement.iban, &statement.account_id.to_string())?;
    if is_currency(statement.currency) {
        text(xml, "Ccy", statement.currency)?;
    }
    text_if(xml, "Nm", statement.name, MAX_70)?;
    match statement.holder.and_then(|holder| xml::fitting(holder, MAX_140)) {
        Some(holder) => group(xml, "Ownr", |xml| text(xml, "Nm", &holder)),
        None => Ok(()),
    }
}
