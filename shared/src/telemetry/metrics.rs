//! Figures for CloudWatch, as log lines in its embedded metric format, which cost no call:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::{fmt, io::Write as _};

use jiff::Timestamp;
use serde_json::json;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    fmt::MakeWriter,
    layer::{Context, Filter},
    registry::LookupSpan,
};

use crate::config::function_name;

/// The target of events that are figures.
pub(super) const TARGET: &str = "metric";
/// Under which CloudWatch shows them.
const NAMESPACE: &str = "bunq-tpp";

/// What is counted and measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Calls that bunq failed, or whose answer could not be believed.
    BankFailures,
    /// Reads that were sent again because bunq's first answer could not be believed or understood.
    BankAnswersGarbled,
    /// Consents that did not become a connection, and such as bunq no longer takes.
    ConsentsRefused,
    /// Callers with a key that does not exist or was revoked.
    ApiKeysRefused,
    /// API keys that were made.
    ApiKeysCreated,
    /// Addresses that were permitted to use the TPP's key at the bank.
    AddressesPermitted,
    /// Connections that a caller deleted.
    ConnectionsDeleted,
    /// Days until the first certificate of the chain is not valid any more.
    CertificateDaysLeft,
}

impl Metric {
    const fn name(self) -> &'static str {
        match self {
            Self::BankFailures => "BankFailures",
            Self::BankAnswersGarbled => "BankAnswersGarbled",
            Self::ConsentsRefused => "ConsentsRefused",
            Self::ApiKeysRefused => "ApiKeysRefused",
            Self::ApiKeysCreated => "ApiKeysCreated",
            Self::AddressesPermitted => "AddressesPermitted",
            Self::ConnectionsDeleted => "ConnectionsDeleted",
            Self::CertificateDaysLeft => "CertificateDaysLeft",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::BankFailures
            | Self::BankAnswersGarbled
            | Self::ConsentsRefused
            | Self::ApiKeysRefused
            | Self::ApiKeysCreated
            | Self::AddressesPermitted
            | Self::ConnectionsDeleted => "Count",
            Self::CertificateDaysLeft => "None",
        }
    }
}

/// Counts one.
pub fn count(metric: Metric) {
    gauge(metric, 1);
}

/// Notes a figure.
pub fn gauge(metric: Metric, value: i64) {
    tracing::info!(target: TARGET, name = metric.name(), unit = metric.unit(), value);
}

/// Writes the figures, and nothing else.
struct Embedded<W> {
    writer: W,
    function: String,
}

/// What writes the figures.
pub(super) fn embedded<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Embedded { writer, function: function_name() }.with_filter(OnlyFigures)
}

struct OnlyFigures;

impl<S> Filter<S> for OnlyFigures {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: &Context<'_, S>) -> bool {
        metadata.target() == TARGET
    }
}

impl<S: Subscriber, W> Layer<S> for Embedded<W>
where
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut figure = Figure::default();
        event.record(&mut figure);
        let line = json!({
            "_aws": {
                "Timestamp": Timestamp::now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Function"]],
                    "Metrics": [{ "Name": figure.name, "Unit": figure.unit }],
                }],
            },
            "Function": self.function,
            figure.name.as_str(): figure.value,
        });
        // In one call: otherwise lines of other threads could come between its parts. An error means that standard
        // output is closed.
        let _ = self.writer.make_writer().write_all(format!("{line}\n").as_bytes());
    }
}

#[derive(Default)]
struct Figure {
    name: String,
    unit: String,
    value: i64,
}

impl Visit for Figure {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "name" => value.clone_into(&mut self.name),
            "unit" => value.clone_into(&mut self.unit),
            _ => {}
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
