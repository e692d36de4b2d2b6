//! One JSON object a line, to standard output, which CloudWatch collects.
//!
//! What is never logged: tokens, keys, codes, states, cookies, IBANs, names, bodies, and any URL with its query. Routes
//! are logged as their template; customers as our own random `user_id`; the bank's answers by status and response id.
//! Audit lines also hold the address of the caller's server.

pub mod audit;
mod metrics;
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
        Format::Text => None,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
        Format::Text => lines.compact().with_target(false).fmt_fields(text::Replacing).boxed(),
    };
    let ours = OURS.iter().map(|name| format!("{name}={level}"));
    // A developer's terminal is nobody's audit.
    let level_of_audit = if matches!(format, Format::Json) { LevelFilter::INFO } else { level };
    let always = [format!("{}={level_of_audit}", audit::TARGET), format!("{}=off", metrics::TARGET)];
    let directives = ours.chain(always).collect::<Vec<_>>().join(",");
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).parse_lossy(directives);
    Registry::default().with(lines.with_filter(filter)).with(metrics)
}

/// Starts logging for this process, JSON to standard output or text to standard error. A second call does nothing.
pub fn init(format: Format, level: LevelFilter) {
    // An error means that a test or an embedder has set its own; theirs stays.
    let _ = match format {
        Format::Json => subscriber(format, level, std::io::stdout).try_init(),
        Format::Text => subscriber(format, level, std::io::stderr).try_init(),
    };
}
