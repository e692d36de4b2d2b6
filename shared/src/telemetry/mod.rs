//! Logs, metrics and audit lines. Each is one JSON object a line, written to standard output, which CloudWatch
//! collects. On a developer's machine, lines can also be text.
//!
//! Never logged are tokens, keys, codes, states, cookies, IBANs, names, bodies, and any URL with its query. A route is
//! logged as its template, a customer as the random `user_id` of this API, an answer of the bank by its status and
//! response id. Audit lines also contain the IP address of the caller's server.

pub mod audit;
mod embedded;
mod metrics;
mod quota;
mod requests;
mod span;
mod text;

pub use metrics::{Metric, count, gauge, latency};
pub use quota::{Quota, Quotas, note_quota};
pub use span::trace_id;

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry, filter::Targets, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON with metrics, for CloudWatch.
    Json,
    /// Text without metrics, for a developer's terminal.
    Text,
    /// Like [`Self::Text`], and one short line for each request.
    Requests,
}

/// The crates whose lines follow the configured level. The lines of all other crates stay at warnings: libraries log
/// headers and bodies at lower levels, and these contain tokens.
pub const OURS: &[&str] = &[
    "shared",
    "bunq_client",
    "webhooks",
    "deliver",
    "hooks",
    "oauth",
    "users",
    "payments",
    "psd2",
    "credential_ip",
    "events",
    "setup",
    "docs",
    "worker",
    "local",
];

/// Returns the subscriber that [`init`] installs, for tests that read its lines. `level` applies to this project's
/// crates. In [`Format::Json`], audit lines are written at every level.
pub fn subscriber<W>(format: Format, level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let metrics = match format {
        Format::Json => Some(embedded::embedded(writer.clone())),
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
    // Only JSON lines serve as the audit, so in the other formats audit lines follow the level.
    let level_of_audit = if matches!(format, Format::Json) { LevelFilter::INFO } else { level };
    let filter = ours(level).with_default(LevelFilter::WARN);
    let filter = filter.with_target(audit::TARGET, level_of_audit).with_target(metrics::TARGET, LevelFilter::OFF);
    Registry::default().with(lines.with_filter(filter)).with(metrics).with(requests)
}

/// Returns a filter for the lines of this project's crates only.
fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OURS.iter().map(|name| (*name, level)))
}

/// Starts logging for this process. Does nothing if a subscriber is already installed.
pub fn init<W>(format: Format, level: LevelFilter, writer: W)
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    // An error means that a test or an embedding program has installed its own subscriber, which stays.
    let _ = subscriber(format, level, writer).try_init();
}
