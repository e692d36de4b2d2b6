//! Metrics for CloudWatch, written as log lines in its embedded metric format, so that no call to CloudWatch is needed:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::{fmt, io::Write as _};

use jiff::Timestamp;
use serde_json::json;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::filter_fn, fmt::MakeWriter, layer::Context, registry::LookupSpan};

use crate::config::function_name;

/// The `tracing` target of metric events.
pub(super) const TARGET: &str = "metric";
/// The CloudWatch namespace of the metrics.
const NAMESPACE: &str = "bunq-tpp";

/// A metric. CloudWatch knows it by the name of the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The number of calls that failed at bunq, or whose answer did not arrive or was not authentic or readable.
    /// Refusals do not count.
    BankFailures,
    /// The number of reads that were sent again because bunq's first answer was not authentic or not readable.
    BankAnswersGarbled,
    /// The number of calls that the limit of bunq delayed beyond the deadline, or that bunq refused because of it.
    BankLimitReached,
    /// The number of consents that did not become a connection or that bunq no longer accepts.
    ConsentsRefused,
    /// The number of requests with an API key that does not exist or no longer works.
    ApiKeysRefused,
    /// The number of API keys that were created.
    ApiKeysCreated,
    /// The number of addresses that were permitted to use the TPP's key at the bank.
    AddressesPermitted,
    /// The number of connections that a caller deleted.
    ConnectionsDeleted,
    /// The number of endpoints of webhooks that were disabled, because they answered 410 or failed for five days.
    WebhooksDisabled,
    /// For how many seconds the delivery that is due the longest has waited at the end of a run. Deliveries to
    /// endpoints to which nothing is sent now do not count.
    WebhooksOverdue,
    /// The number of deliveries that a run could not send or write: lost, unreadable, unsignable, or refused by the
    /// event bus for the third time or later. Includes the calls to the event bus that failed.
    WebhooksStuck,
    /// The number of callbacks of the bank that came from an address outside `CALLBACK_SOURCES`.
    CallbacksFromElsewhere,
    /// The number of callbacks of the bank for which nothing was read: the connection is gone or its consent has ended,
    /// or there are no events of such objects.
    CallbacksIgnored,
    /// The number of messages about callbacks that a visit to their customer could not handle, so that they are handled
    /// later.
    CallbacksLate,
    /// The number of callbacks of the bank that were given up, because the bank never showed the change.
    CallbacksUnmet,
    /// Days until the first certificate of the chain expires.
    CertificateDaysLeft,
}

/// Increments a counter by one.
pub fn count(metric: Metric) {
    record(metric, "Count", 1);
}

/// Records a value of a metric that is not a counter.
pub fn gauge(metric: Metric, value: i64) {
    record(metric, "None", value);
}

fn record(metric: Metric, unit: &str, value: i64) {
    tracing::info!(target: TARGET, name = ?metric, unit, value);
}

/// The layer that writes the metrics, and no other event.
struct Embedded<W> {
    writer: W,
    function: String,
}

/// Returns the layer that writes metrics to `writer`. Their dimension is the name of the Lambda function.
pub(super) fn embedded<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Embedded { writer, function: function_name() }.with_filter(filter_fn(|metadata| metadata.target() == TARGET))
}

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Embedded<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut metric = MetricEvent::default();
        event.record(&mut metric);
        let line = json!({
            "_aws": {
                "Timestamp": Timestamp::now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Function"]],
                    "Metrics": [{ "Name": metric.name, "Unit": metric.unit }],
                }],
            },
            "Function": self.function,
            metric.name.as_str(): metric.value,
        });
        // One call writes the whole line, so that lines of other threads cannot come between its parts. An error means
        // that standard output is closed.
        let _ = self.writer.make_writer().write_all(format!("{line}\n").as_bytes());
    }
}

/// The fields of a metric event.
#[derive(Default)]
struct MetricEvent {
    name: String,
    unit: String,
    value: i64,
}

impl Visit for MetricEvent {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "unit" {
            value.clone_into(&mut self.unit);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "name" {
            self.name = format!("{value:?}");
        }
    }
}
