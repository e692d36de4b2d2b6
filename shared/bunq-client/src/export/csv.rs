//! Transactions as CSV of RFC 4180, one row each. The columns are the fields of a [`Transaction`] without levels.
//!
//! Strangers choose names, descriptions and references, and spreadsheet programs run what looks like a formula. A cell
//! that a program could run begins with an apostrophe: <https://owasp.org/www-community/attacks/CSV_Injection>.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use serde_json::Value;

use super::error::ExportError;
use crate::transaction::Transaction;
use crate::transaction::time::text;

/// The signs with which a formula begins, also in the full width of East Asian writing.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A column: its name, and its cell for a transaction.
type Column = (&'static str, fn(&Transaction) -> Cow<'_, str>);

static COLUMNS: &[Column] = &[
    ("id", |made| safe(Some(&made.id))),
    ("account_id", |made| shown(Some(made.account_id))),
    ("payment_id", |made| shown(Some(made.payment_id))),
    ("status", |made| word(made.status)),
    ("mutability", |made| word(made.mutability)),
    ("booked_at", |made| shown(made.booked_at.map(text))),
    ("booking_date", |made| shown(made.booking_date)),
    ("updated_at", |made| shown(made.updated_at.map(text))),
    // The texts of amounts are decimal numbers. An apostrophe would turn a negative one into text.
    ("amount", |made| plain(made.amount.as_ref().map(|amount| amount.value.as_str()))),
    ("currency", |made| safe(made.amount.as_ref().map(|amount| amount.currency.as_str()))),
    ("direction", |made| made.direction.map_or(Cow::Borrowed(""), word)),
    ("original_amount", |made| plain(made.original_amount.as_ref().map(|amount| amount.value.as_str()))),
    ("original_currency", |made| safe(made.original_amount.as_ref().map(|amount| amount.currency.as_str()))),
    ("counterparty_name", |made| safe(made.counterparty.name.as_deref())),
    ("counterparty_iban", |made| safe(made.counterparty.iban.as_deref())),
    ("counterparty_type", |made| made.counterparty.kind.map_or(Cow::Borrowed(""), word)),
    ("own_name", |made| safe(made.own.name.as_deref())),
    ("own_iban", |made| safe(made.own.iban.as_deref())),
    ("internal", |made| shown(Some(made.internal))),
    ("remittance", |made| safe(made.remittance.as_deref())),
    ("reference", |made| safe(made.reference.as_deref())),
    ("end_to_end_id", |made| safe(made.end_to_end_id.as_deref())),
    ("mandate_id", |made| safe(made.mandate_id.as_deref())),
    ("creditor_id", |made| safe(made.creditor_id.as_deref())),
    ("type", |made| word(made.kind)),
    ("method", |made| word(made.method)),
    ("bank_type", |made| safe(made.bank_type.as_deref())),
    ("bank_sub_type", |made| safe(made.bank_sub_type.as_deref())),
    ("bank_transaction_code", |made| plain(Some(made.bank_transaction_code))),
    ("merchant_category_code", |made| safe(made.merchant.as_ref().map(|shop| shop.category_code.as_str()))),
    ("balance_after", |made| plain(made.balance_after.as_ref().map(|balance| balance.value.as_str()))),
    ("card_transaction_id", |made| safe(made.card_transaction_id.as_deref())),
    ("reverses", |made| safe(made.reverses.as_deref())),
];

/// The first row: the names of the columns. It ends with CR and LF.
///
/// # Errors
///
/// Returns [`ExportError::Write`] if the row cannot be written.
pub fn header() -> Result<String, ExportError> {
    line(COLUMNS.iter().map(|(name, _)| Cow::Borrowed(*name)))
}

/// The row of a transaction. It ends with CR and LF. What is null in JSON is an empty cell.
///
/// # Errors
///
/// Returns [`ExportError::Write`] if the row cannot be written.
pub fn row(transaction: &Transaction) -> Result<String, ExportError> {
    line(COLUMNS.iter().map(|(_, cell)| cell(transaction)))
}

fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> Result<String, ExportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for cell in cells {
        writer.write_field(cell.as_bytes())?;
    }
    writer.write_record(None::<&[u8]>)?;
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| io::Error::other(error.utf8_error()).into())
}

/// A text that is ours, or that we have checked.
fn plain(text: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(text.unwrap_or_default())
}

fn shown<'a>(value: Option<impl ToString>) -> Cow<'a, str> {
    Cow::Owned(value.map(|value| value.to_string()).unwrap_or_default())
}

/// The word that JSON has for a value of an enum.
fn word<'a>(value: impl Serialize) -> Cow<'a, str> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Cow::Owned(word),
        _ => Cow::Borrowed(""),
    }
}

/// A text that others chose, so that no program takes it for a formula.
///
/// Where the decimal point is a comma, spreadsheet programs expect semicolons between cells. For them, a cell also
/// begins after a semicolon, a tab or the end of a line, even inside quotes.
fn safe(text: Option<&str>) -> Cow<'_, str> {
    let text = text.unwrap_or_default();
    let mut made = String::new();
    for part in text.split_inclusive([';', '\t', '\r', '\n']) {
        if is_formula(part) {
            made.push('\'');
        }
        made.push_str(part);
    }
    // A program may drop the first sign, and then look at the next.
    let is_hidden = made.starts_with(['\t', '\r', '\n']);
    match (is_hidden, made == text) {
        (true, _) => Cow::Owned(format!("'{made}")),
        (false, true) => Cow::Borrowed(text),
        (false, false) => Cow::Owned(made),
    }
}

/// Whether the first sign that can be seen begins a formula.
fn is_formula(text: &str) -> bool {
    let is_blank = |sign: char| sign.is_whitespace() || sign.is_control() || sign == '\u{feff}';
    text.trim_start_matches(is_blank).starts_with(FORMULA)
}
