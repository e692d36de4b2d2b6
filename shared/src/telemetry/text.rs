//! Formats the fields of a span for a developer's terminal.

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

/// Formats fields so that a field that is recorded again replaces its earlier value. The default formatter of
/// `tracing-subscriber` appends it, so the text of a span would grow with every call to the bank.
pub(super) struct Replacing;

impl<'writer> FormatFields<'writer> for Replacing {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        DefaultFields::new().format_fields(writer, fields)
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut names = Names::default();
        fields.record(&mut names);
        let is_recorded = |field: &str| field.split_once('=').is_some_and(|(name, _)| names.0.contains(&name));
        // Splits at spaces, so the rest of a value that contains a space would stay. No value of ours contains one.
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
