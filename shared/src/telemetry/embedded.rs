//! Writes metrics as log lines in CloudWatch's embedded metric format, so that no call to CloudWatch is needed:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html>.
//!
//! The metrics of a request are gathered in its span, and written in one line when it ends. Crates for this format keep
//! one collection for the whole process. Several requests at a time, as in `local` and in tests, would share it.

use std::{collections::BTreeMap, fmt, io::Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, filter::filter_fn, fmt::MakeWriter, layer::Context, registry::LookupSpan};

use super::{
    metrics::{LAST_OF_A_REQUEST, TARGET},
    span::REQUEST,
};
use crate::config::{deployment_name, function_name};

/// The CloudWatch namespace of the metrics.
const NAMESPACE: &str = "bunq-tpp";
/// How many values of a metric a line has at most. CloudWatch takes no more.
const MOST_VALUES: usize = 100;

/// The layer that writes the metrics, and no other event.
struct Embedded<W> {
    writer: W,
    function: String,
    deployment: String,
}

/// Returns the layer that writes metrics to `writer`. Each has one dimension: the Lambda function, or the deployment.
pub(super) fn embedded<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = filter_fn(|metadata| metadata.target() == TARGET || (metadata.is_span() && metadata.name() == REQUEST));
    Embedded { writer, function: function_name(), deployment: deployment_name() }.with_filter(ours)
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Embedded<W> {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut gathered = Gathered::default();
            attributes.record(&mut gathered);
            span.extensions_mut().insert(gathered);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut metric = MetricEvent::default();
        event.record(&mut metric);
        let span = context.event_scope(event).into_iter().flatten().find(|span| span.name() == REQUEST);
        let Some(span) = span else { return self.write(Gathered::of(metric)) };
        let is_last = metric.name == format!("{LAST_OF_A_REQUEST:?}");
        let full = span.extensions_mut().get_mut().and_then(|gathered: &mut Gathered| {
            let is_full = gathered.add(metric) >= MOST_VALUES;
            (is_full || is_last).then(|| gathered.taken())
        });
        if let Some(full) = full {
            self.write(full);
        }
    }

    // What was recorded after the last metric, or by a request that was abandoned.
    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(left) = context.span(&id).and_then(|span| span.extensions_mut().remove()) {
            self.write(left);
        }
    }
}

impl<W: for<'a> MakeWriter<'a> + 'static> Embedded<W> {
    fn write(&self, Gathered { ids, values }: Gathered) {
        if values.is_empty() {
            return;
        }
        let mut directives = BTreeMap::<&str, Vec<Value>>::new();
        for (name, Values { unit, dimension, .. }) in &values {
            directives.entry(dimension).or_default().push(json!({ "Name": name, "Unit": unit }));
        }
        let directive =
            |(dimension, metrics)| json!({ "Namespace": NAMESPACE, "Dimensions": [[dimension]], "Metrics": metrics });
        let mut line = json!({
            "_aws": {
                "Timestamp": Timestamp::now().as_millisecond(),
                "CloudWatchMetrics": directives.into_iter().map(directive).collect::<Vec<_>>(),
            },
            "Function": self.function,
            "Deployment": self.deployment,
        });
        if let Value::Object(line) = &mut line {
            line.extend(ids);
            line.extend(values.into_iter().map(|(name, values)| (name, values.into_json())));
        }
        // One call writes the whole line, so that lines of other threads cannot come between its parts. An error means
        // that standard output is closed.
        let _ = self.writer.make_writer().write_all(format!("{line}\n").as_bytes());
    }
}

/// The metrics that a request has recorded, and its ids.
#[derive(Default)]
struct Gathered {
    ids: Map<String, Value>,
    values: BTreeMap<String, Values>,
}

impl Gathered {
    fn of(metric: MetricEvent) -> Self {
        let mut gathered = Self::default();
        gathered.add(metric);
        gathered
    }

    /// Returns how many values the metric has now.
    fn add(&mut self, MetricEvent { name, unit, dimension, value }: MetricEvent) -> usize {
        let known = self.values.entry(name).or_insert_with(|| Values { unit, dimension, values: Vec::new() });
        match known.values.last_mut() {
            Some(sum) if known.unit == "Count" => *sum = sum.saturating_add(value),
            _ => known.values.push(value),
        }
        known.values.len()
    }

    /// Takes the metrics. The ids stay for what may follow.
    fn taken(&mut self) -> Self {
        Self { ids: self.ids.clone(), values: std::mem::take(&mut self.values) }
    }
}

impl Visit for Gathered {
    fn record_str(&mut self, field: &Field, value: &str) {
        if ["request_id", "trace_id"].contains(&field.name()) {
            self.ids.insert(field.name().to_owned(), value.into());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// The values of one metric: the sum of a counter, or each value of another.
struct Values {
    unit: String,
    dimension: String,
    values: Vec<i64>,
}

impl Values {
    fn into_json(self) -> Value {
        match self.values.as_slice() {
            [one] => (*one).into(),
            _ => self.values.into(),
        }
    }
}

/// The fields of a metric event.
#[derive(Default)]
struct MetricEvent {
    name: String,
    unit: String,
    dimension: String,
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
        match field.name() {
            "name" => self.name = format!("{value:?}"),
            "dimension" => self.dimension = format!("{value:?}"),
            _ => {}
        }
    }
}
