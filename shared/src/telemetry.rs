//! One JSON object a line, to standard output, which CloudWatch collects.
//!
//! What is never logged: tokens, keys, codes, states, cookies, IBANs, names, bodies, and any URL with its query. Routes are
//! logged as their template; customers as our own random `user_id`; the bank's answers by status and response id.

use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For machines.
    Json,
    /// For a developer's terminal.
    Text,
}

/// Starts logging for this process. A second call does nothing.
///
/// `filter` is in the form of `RUST_LOG`; unreadable parts of it are left out.
pub fn init(format: Format, filter: &str) {
    let lines = tracing_subscriber::fmt::layer();
    let lines = match format {
        Format::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
        Format::Text => lines.compact().with_target(false).with_writer(std::io::stderr).boxed(),
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    // An error means that a test or an embedder has set its own; theirs stays.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
