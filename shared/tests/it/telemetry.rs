//! The format of log lines.

use std::sync::{Arc, Mutex};

use shared::telemetry::{Format, subscriber};
use tracing::{field::Empty, level_filters::LevelFilter, subscriber::with_default};

/// Collects the bytes that the subscriber writes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_field_that_is_recorded_again_replaces_what_it_was() {
    for format in [Format::Json, Format::Text] {
        let lines = Lines::default();
        let writer = lines.clone();
        with_default(subscriber(format, LevelFilter::INFO, move || writer.clone()), || {
            let span = tracing::error_span!(target: "shared", "request", request_id = "r", bunq_response_id = Empty, user_id = Empty);
            for id in ["first", "second", "third"] {
                span.record("bunq_response_id", id);
                span.record("user_id", "customer");
            }
            span.in_scope(|| tracing::error!(target: "shared", "done"));
        });

        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        for (said, times) in
            [("bunq_response_id", 1), ("third", 1), ("first", 0), ("second", 0), ("customer", 1), ("done", 1)]
        {
            assert_eq!(text.matches(said).count(), times, "{format:?} {said}: {text}");
        }
    }
}
