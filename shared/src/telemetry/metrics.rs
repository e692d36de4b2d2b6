//! What is measured. Each value becomes a log line that CloudWatch reads ([`embedded`](super::embedded)).

use std::time::Duration;

/// The `tracing` target of metric events.
pub(super) const TARGET: &str = "metric";
/// The metric that a request records last.
pub(super) const LAST_OF_A_REQUEST: Metric = Metric::RequestLatency;

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
    /// How long a call to bunq took, from its sending to the end of its answer, or to its failure. Each attempt has a
    /// value.
    BankLatency,
    /// How long a call to bunq waited for its turn under bunq's limits. Calls that did not wait have no value.
    BankLimitWait,
    /// The number of sessions that were opened at bunq.
    SessionsOpened,
    /// The number of processes that started to serve a function.
    ColdStarts,
    /// How long a request, a batch of a queue or a run of a schedule took in the function.
    RequestLatency,
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
    /// The number of callbacks of the bank that were given up, because the bank never showed the change. Each time that
    /// more callbacks failed than are looked for counts as one.
    CallbacksUnmet,
    /// Days until the first certificate of the chain expires.
    CertificateDaysLeft,
}

impl Metric {
    /// Returns the unit in CloudWatch's words:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>.
    const fn unit(self) -> &'static str {
        match self {
            Self::BankLatency | Self::BankLimitWait | Self::RequestLatency => "Milliseconds",
            Self::WebhooksOverdue => "Seconds",
            Self::CertificateDaysLeft => "None",
            _ => "Count",
        }
    }

    /// Returns what the metric is counted for.
    const fn dimension(self) -> Dimension {
        match self {
            Self::BankLatency
            | Self::BankLimitWait
            | Self::RequestLatency
            | Self::SessionsOpened
            | Self::ColdStarts => Dimension::Deployment,
            _ => Dimension::Function,
        }
    }
}

/// What a metric is counted for. CloudWatch knows it by the name of the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// Each function has its own number.
    Function,
    /// All functions of a deployment have one number, because each further one has a price.
    Deployment,
}

/// Increments a counter by one.
pub fn count(metric: Metric) {
    gauge(metric, 1);
}

/// Records a duration, to the millisecond.
pub fn latency(metric: Metric, took: Duration) {
    gauge(metric, i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
}

/// Records a value of a metric.
pub fn gauge(metric: Metric, value: i64) {
    let (unit, dimension) = (metric.unit(), metric.dimension());
    tracing::info!(target: TARGET, name = ?metric, unit, ?dimension, value);
}
