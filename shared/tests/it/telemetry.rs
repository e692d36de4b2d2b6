//! The format of log lines and metrics.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use shared::telemetry::{Format, Metric, OURS, count, latency, subscriber};
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

#[test]
fn the_lines_of_each_function_and_library_are_logged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folders = ["functions", "shared"].map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let folders = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let names: Vec<_> = folders.filter(|path| path.join("Cargo.toml").exists()).collect();
    assert!(names.len() > 10, "{names:?}");
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap().replace('-', "_");
        assert!(OURS.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn a_metric_line_has_at_most_a_hundred_values_and_nothing_is_lost() {
    let lines = Lines::default();
    let writer = lines.clone();
    with_default(subscriber(Format::Json, LevelFilter::ERROR, move || writer.clone()), || {
        count(Metric::ColdStarts);
        let span = tracing::error_span!(target: "shared", "request", request_id = "r");
        span.in_scope(|| {
            for ms in 0..205 {
                latency(Metric::BankLatency, Duration::from_millis(ms));
                count(Metric::SessionsOpened);
            }
            latency(Metric::RequestLatency, Duration::from_secs(2));
            count(Metric::BankFailures);
        });
        drop(span);
    });

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [start, of_request @ .., after] = lines.as_slice() else { panic!("{text}") };
    assert_eq!((&start["ColdStarts"], start.get("request_id")), (&Value::from(1), None));
    assert!(of_request.iter().chain([after]).all(|line| line["request_id"] == "r"), "{text}");
    let values: Vec<_> = of_request.iter().map(|line| line["BankLatency"].as_array().unwrap()).collect();
    assert_eq!(values.iter().map(|values| values.len()).collect::<Vec<_>>(), [100, 100, 5]);
    assert!(values.into_iter().flatten().eq((0..205).map(Value::from).collect::<Vec<_>>().iter()));
    assert_eq!(of_request.iter().map(|line| line["SessionsOpened"].as_i64().unwrap()).sum::<i64>(), 205);
    assert_eq!(of_request[2]["RequestLatency"], 2000);
    assert_eq!(after["BankFailures"], 1, "what follows the last metric is written when the span ends");
}
