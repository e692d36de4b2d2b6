//! Writes docs/SCALING.md.

use std::fmt::{Error, Write as _};

use shared::config::BankLimits;

use super::day::{Day, Kind, Outcome};

/// One row of the table.
pub(super) struct Row {
    pub(super) day: Day,
    pub(super) result: Outcome,
}

/// Returns the document.
pub(super) fn text(rows: &[Row], most: &[(BankLimits, Kind, usize)]) -> Result<String, Error> {
    let mut text = include_str!("head.md").to_owned();
    for (limits, kind, customers) in most {
        writeln!(text, "| {} | {} | {customers} |", limits_text(*limits), kind_text(*kind))?;
    }
    text.push_str(include_str!("middle.md"));
    for Row { day, result } in rows {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {}.{} % | {} | {} | {}.{:02} |",
            limits_text(day.limits),
            day.customers,
            day.addresses,
            kind_text(day.kind),
            seconds(result.wait(50)),
            seconds(result.wait(99)),
            result.busy / 10,
            result.busy % 10,
            result.sync.map_or_else(|| "not by midnight".to_owned(), duration),
            result.sessions,
            result.updates / 100,
            result.updates % 100,
        )?;
    }
    text.push_str(include_str!("tail.md"));
    Ok(text)
}

const fn limits_text(limits: BankLimits) -> &'static str {
    match limits {
        BankLimits::Classic => "classic",
        BankLimits::Newer => "newer",
    }
}

const fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Usual => "usual",
        Kind::Salary => "salary",
    }
}

fn seconds(milliseconds: i64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

fn duration(milliseconds: i64) -> String {
    let minutes = milliseconds / 60_000;
    if minutes == 0 { seconds(milliseconds) } else { format!("{}:{:02} h", minutes / 60, minutes % 60) }
}
