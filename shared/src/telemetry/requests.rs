//! One short line for each request, for a developer's terminal: method, route, status, duration, the number of calls to
//! the bank, and the problem code. A request with many calls also writes a line while it runs.

use std::{
    collections::BTreeMap,
    fmt,
    io::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context, registry::LookupSpan};

use super::span::REQUEST;

/// A running request writes a line after every so many calls to the bank.
const MANY_CALLS: u64 = 10;

/// The layer that writes the lines.
pub(super) struct Requests<W>(pub(super) W);

/// The state of a running request, kept in its span.
struct Request {
    name: String,
    calls: AtomicU64,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Requests<W> {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() == REQUEST
            && let Some(span) = context.span(id)
        {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            let route = if fields.get("route") == "none" { "(no such route)" } else { fields.get("route") };
            let name = format!("{:<6} {route}", fields.get("method"));
            span.extensions_mut().insert(Request { name, calls: AtomicU64::new(0) });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_scope(event).into_iter().flatten().find(|span| span.name() == REQUEST) else {
            return;
        };
        let extensions = span.extensions();
        let Some(Request { name, calls }) = extensions.get::<Request>() else { return };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = match fields.get("message") {
            "bunq: call" => {
                let calls = calls.fetch_add(1, Ordering::Relaxed) + 1;
                (calls % MANY_CALLS == 0).then(|| format!("{name}  … {calls} bank calls so far"))
            }
            "request" => {
                let calls = match calls.load(Ordering::Relaxed) {
                    0 => String::new(),
                    1 => ", 1 bank call".to_owned(),
                    calls => format!(", {calls} bank calls"),
                };
                let code = fields.0.get("code").map_or_else(String::new, |code| format!("  {code}"));
                Some(format!("{name}  {}  {} ms{calls}{code}", fields.get("status"), fields.get("ms")))
            }
            _ => None,
        };
        if let Some(line) = line {
            // One call writes the whole line, so that lines of other threads cannot come between its parts. An error
            // means that the terminal is closed.
            let _ = self.0.make_writer().write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// The fields of a span or event, by name.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// Returns a field, or an empty text if it is absent.
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}
