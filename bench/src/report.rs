//! The table, and the document around it.

use std::fmt::Write as _;

use crate::{
    contender::Who,
    series::{Series, Unit},
};

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// At most this value.
    AtMost(i64),
    /// At most this many tenths of the reference.
    TenthsOfReference(i64),
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    what: String,
    unit: Unit,
    references: Vec<(&'static str, Series)>,
    before: Option<Series>,
    now: Option<Series>,
    target: Option<Target>,
}

impl Row {
    /// Returns a line without values.
    pub(crate) fn new(what: impl Into<String>, unit: Unit) -> Self {
        Self { what: what.into(), unit, references: Vec::new(), before: None, now: None, target: None }
    }

    /// Adds the values of a contender.
    pub(crate) fn of(mut self, who: Who, values: Series) -> Self {
        match who {
            Who::Hello => self.references.push(("hello", values)),
            Who::Before => self.before = Some(values),
            Who::Now => self.now = Some(values),
        }
        self
    }

    /// Adds the values of something else, to compare with.
    pub(crate) fn beside(mut self, name: &'static str, values: Series) -> Self {
        self.references.push((name, values));
        self
    }

    /// Sets the unit.
    pub(crate) fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// Sets the target of the median.
    pub(crate) fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    fn limit(&self) -> Option<i64> {
        match self.target? {
            Target::AtMost(limit) => Some(limit),
            Target::TenthsOfReference(tenths) => Some(self.references.first()?.1.median()? * tenths / 10),
        }
    }

    fn verdict(&self) -> String {
        let (Some(limit), Some(now)) = (self.limit(), self.now.as_ref().and_then(Series::median)) else {
            return String::new();
        };
        let factor = match self.target {
            Some(Target::TenthsOfReference(tenths)) => format!(" ({} × reference)", Unit::Tenths.show(tenths)),
            _ => String::new(),
        };
        let met = if now <= limit { "met" } else { "**missed**" };
        format!("≤ {}{factor}: {met}", self.unit.show(limit))
    }
}

/// Returns the table in Markdown.
pub(crate) fn table(rows: &[Row], has_before: bool) -> String {
    let (head, rule) = if has_before { (" before |", "---|") } else { ("", "") };
    let mut text = format!("| measured | unit | reference |{head} now | target |\n|---|---|---|{rule}---|---|\n");
    for row in rows {
        let shown = |series: &Option<Series>| series.as_ref().map(|it| it.show(row.unit)).unwrap_or_default();
        let references = row.references.iter().map(|(name, series)| format!("{name}: {}", series.show(row.unit)));
        let references = references.collect::<Vec<_>>().join("; ");
        let before = if has_before { format!(" {} |", shown(&row.before)) } else { String::new() };
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {references} |{before} {} | {} |",
            row.what,
            row.unit.name(),
            shown(&row.now),
            row.verdict()
        );
    }
    text
}
