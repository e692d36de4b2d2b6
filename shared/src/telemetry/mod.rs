//! One JSON object a line, to standard output, which CloudWatch collects. On a developer's machine also text.
//!
//! What is never logged: tokens, keys, codes, states, cookies, IBANs, names, bodies, and any URL with its query. Routes
//! are logged as their template; customers as our own random `user_id`; the bank's answers by status and response id.
//! Audit lines also hold the address of the caller's server.

pub mod audit;
mod metrics;
mod requests;
mod text;

pub use metrics::{Metric, count, gauge};

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For machines.
    Json,
    /// For a developer's terminal.
    Text,
    /// The same, with one short line for each request.
    Requests,
}

/// Whose lines follow the level asked for. Everybody else's stay at warnings, whatever is asked: libraries write
/// headers and bodies at their lower levels, and tokens are in those.
const OURS: &[&str] = &["shared", "oauth", "users", "payments", "psd2", "credential_ip", "setup", "docs", "local"];

/// What writes lines: for [`init`], and for tests that read them.
pub fn subscriber<W>(format: Format, level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let metrics = match format {
        Format::Json => Some(metrics::embedded(writer.clone())),
        Format::Text | Format::Requests => None,
    };
    let requests = match format {
        Format::Requests => Some(requests::Requests(writer.clone()).with_filter(ours(LevelFilter::INFO))),
        Format::Json | Format::Text => None,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
        Format::Text | Format::Requests => lines.compact().with_target(false).fmt_fields(text::Replacing).boxed(),
    };
    // A developer's terminal is nobody's audit.
    let level_of_audit = if matches!(format, Format::Json) { LevelFilter::INFO } else { level };
    let always = [format!("{}={level_of_audit}", audit::TARGET), format!("{}=off", metrics::TARGET)];
    let directives = our_levels(level).chain(always).collect::<Vec<_>>().join(",");
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).parse_lossy(directives);
    Registry::default().with(lines.with_filter(filter)).with(metrics).with(requests)
}

fn our_levels(level: LevelFilter) -> impl Iterator<Item = String> {
    OURS.iter().map(move |name| format!("{name}={level}"))
}

/// Our own lines only.
fn ours(level: LevelFilter) -> EnvFilter {
    let directives = our_levels(level).collect::<Vec<_>>().join(",");
    EnvFilter::builder().with_default_directive(LevelFilter::OFF.into()).parse_lossy(directives)
}

/// Starts logging for this process. A second call does nothing.
pub fn init<W>(format: Format, level: LevelFilter, writer: W)
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    // An error means that a test or an embedder has set its own; theirs stays.
    let _ = subscriber(format, level, writer).try_init();
}
