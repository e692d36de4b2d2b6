//! How a span's fields look on a developer's terminal.

use std::fmt;

use tracing::{
    field::{Field, Visit},
    span::Record,
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FormatFields, FormattedFields,
        format::{DefaultFields, Writer},
    },
};

/// Writes a field that is recorded again in place of its earlier value. The library's own formatter for text appends
/// it, so that a span with many calls to the bank would grow with each.
pub(super) struct Replacing;

impl<'writer> FormatFields<'writer> for Replacing {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        DefaultFields::new().format_fields(writer, fields)
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut names = Names::default();
        fields.record(&mut names);
        let is_recorded = |field: &str| field.split_once('=').is_some_and(|(name, _)| names.0.contains(&name));
        // A value with a space in it is cut there, and its rest stays; none of ours has one.
        let kept: Vec<&str> = current.fields.split(' ').filter(|field| !is_recorded(field)).collect();
        current.fields = kept.join(" ");
        if !current.fields.is_empty() {
            current.fields.push(' ');
        }
        DefaultFields::new().format_fields(current.as_writer(), fields)
    }
}

/// The names of recorded fields.
#[derive(Default)]
struct Names(Vec<&'static str>);

impl Visit for Names {
    fn record_debug(&mut self, field: &Field, _: &dyn fmt::Debug) {
        self.0.push(field.name());
    }
}
