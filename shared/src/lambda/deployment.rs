//! Starts a function that serves a deployment: with the store, the secrets and the client of the bank.

use std::{process::ExitCode, sync::Arc, time::Duration};

use axum::Router;
use lambda_http::Adapter;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::Value;
use tower::ServiceExt as _;
use tracing::{Instrument as _, level_filters::LevelFilter};
use webhooks::Receivers;

use super::{
    event::read_event,
    observer,
    runtime::{ended, for_lambda, run},
};
use crate::{
    config::{Aws, Config, ConfigError, WebhookReceivers},
    event_bus::EventBus,
    http::{App, Problem, service},
    queue::HintQueue,
    secrets::Secrets,
    store::Store,
    telemetry::{
        self, Metric,
        audit::{Action, Outcome, Trail},
    },
    tpp::Tpp,
    transport::{self, Clients, FirstConnection, Tls, TlsError, WebhookSender},
    types::{clock::Clock, deadline::Deadline},
};

/// The name by which the bank knows this program.
const USER_AGENT: &str = concat!("bunq-tpp/", env!("CARGO_PKG_VERSION"));
/// The time that the start of a function gives to connections that are opened ahead. Lambda ends a start after ten
/// seconds.
const LONGEST_OPENING: Duration = Duration::from_secs(2);

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration in the environment is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TLS cannot be configured.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An HTTP client cannot be created.
    #[error("the HTTP client cannot start")]
    Http(#[from] reqwest::Error),
}

/// Creates the store, the secrets and the bank client of a deployment, and joins them. Does not call DynamoDB, Secrets
/// Manager or the bank yet.
///
/// # Errors
/// Returns [`StartError::Tls`] or [`StartError::Http`] if the HTTP clients cannot be created.
pub fn compose(config: Config, aws: &Aws, clock: Clock) -> Result<App, StartError> {
    Ok(compose_with_connections(config, aws, clock, Clients::ALL)?.0)
}

/// Like [`compose`]. Also returns what opens the connections to DynamoDB and the bank.
fn compose_with_connections(
    config: Config,
    aws: &Aws,
    clock: Clock,
    clients: Clients,
) -> Result<(App, [FirstConnection; 2]), StartError> {
    let tls = Tls::new(config.extra_ca_file.as_deref())?;
    let (dynamodb, to_dynamodb) = transport::dynamodb(aws, &tls)?;
    let (bank, to_bank) = transport::bank(config.bunq.clone(), USER_AGENT, &tls)?;
    let store =
        Store::new(dynamodb, [&config.connections_table, &config.ephemera_table, &config.events_table], clock.clone());
    let store = if config.event_bus.is_some() { store.with_event_bus() } else { store };
    let secrets = Secrets::new(transport::secrets_manager(aws, &tls)?, &config.secret_prefix);
    let hints = config.hints_queue.as_ref().map(|url| {
        let (aws, tls) = (aws.clone(), tls.clone());
        HintQueue::new(url.as_str(), move || (clients.queue)(&aws, &tls))
    });
    let bus = config.event_bus.as_ref().map(|name| {
        let (aws, tls) = (aws.clone(), tls.clone());
        EventBus::new(name.as_str(), move || (clients.bus)(&aws, &tls))
    });
    let receivers = match config.webhook_receivers {
        WebhookReceivers::Public => Receivers::PUBLIC,
        WebhookReceivers::Loopback => Receivers::Loopback,
    };
    let sender = WebhookSender::new(tls, receivers);
    let tpp = Tpp::new(config, bank.observed_by(observer::BankCalls), (store, secrets, hints), (sender, bus), clock);
    Ok((App { tpp: Arc::new(tpp) }, [to_dynamodb, to_bank]))
}

/// Starts a function from the environment: configuration, logging and clients. Then, at once, loads into memory what
/// every request needs, and opens a connection to DynamoDB and one to the bank. If any of this fails, the first request
/// does it.
///
/// # Errors
/// Returns [`StartError::Config`] if the configuration is invalid, and [`StartError::Tls`] or [`StartError::Http`] if
/// the HTTP clients cannot be created.
async fn start(clients: Clients) -> Result<App, StartError> {
    let (app, [to_dynamodb, to_bank]) = compose_from_env(clients)?;
    let opened = async { tokio::join!(to_dynamodb.open(), to_bank.open()) };
    // The bank may be slow or away. Then the first request waits for it, and no earlier one.
    let _ = tokio::join!(app.tpp.identities.get(), tokio::time::timeout(LONGEST_OPENING, opened));
    Ok(app)
}

/// Like [`start`], but reads no secrets, and opens a connection to DynamoDB only.
async fn start_with_store(clients: Clients) -> Result<App, StartError> {
    let (app, [to_dynamodb, _]) = compose_from_env(clients)?;
    let _ = tokio::time::timeout(LONGEST_OPENING, to_dynamodb.open()).await;
    Ok(app)
}

/// Like [`start`], but reads the key of callback tokens only, and opens no connection.
async fn start_with_queue() -> Result<App, StartError> {
    let (app, _) = compose_from_env(Clients::QUEUE)?;
    // If it cannot be read, the first request reads it.
    app.tpp.callbacks.prepare().await;
    Ok(app)
}

/// Starts logging, and composes the deployment that the environment describes.
fn compose_from_env(clients: Clients) -> Result<(App, [FirstConnection; 2]), StartError> {
    let config = Config::from_env();
    let level = config.as_ref().map_or(LevelFilter::INFO, |config| config.log_level);
    telemetry::init(telemetry::Format::Json, level, std::io::stdout);
    telemetry::count(Metric::ColdStarts);
    compose_with_connections(config?, &Aws::from_env()?, Clock::system(), clients)
}

/// Runs a group of routes as a Lambda function behind API Gateway, until Lambda ends the process. If the function
/// cannot start or the Lambda runtime fails, logs the error and returns a failure.
pub async fn serve(router: Router<App>) -> ExitCode {
    ended(async { run(service(router, start(Clients::NONE).await?)).await }.await)
}

/// Like [`serve`], for routes that use the store only: neither the bank nor the deployment's secrets.
pub async fn serve_store(router: Router<App>) -> ExitCode {
    ended(async { run(service(router, start_with_store(Clients::NONE).await?)).await }.await)
}

/// Like [`serve`], for routes that use the queue of hints only: no store, no bank, and one secret.
pub async fn serve_callbacks(router: Router<App>) -> ExitCode {
    ended(async { run(service(router, start_with_queue().await?)).await }.await)
}

/// Runs a function that a queue invokes: `work` is done once for each batch of messages, within its time, and returns
/// the answer that names the messages to receive again. A problem that `work` returns is answered as the error of the
/// invocation, and the whole batch is received again. If the function cannot start or the Lambda runtime fails, logs
/// the error and returns a failure.
pub async fn serve_queue<F>(work: impl Fn(App, Value, Deadline) -> F) -> ExitCode
where
    F: Future<Output = Result<Value, Problem>>,
{
    ended(async { run_with_event("QUEUE", start(Clients::QUEUE).await?, work).await }.await)
}

/// Runs a function that a schedule invokes: `work` is done once for each invocation, within its time. A problem that
/// `work` returns is answered as the error of the invocation. If the function cannot start or the Lambda runtime fails,
/// logs the error and returns a failure.
pub async fn serve_schedule<F>(work: impl Fn(App, Deadline) -> F) -> ExitCode
where
    F: Future<Output = Result<Value, Problem>>,
{
    let work = |app, _: Value, deadline| work(app, deadline);
    ended(async { run_with_event("SCHEDULE", start_with_store(Clients::BUS).await?, work).await }.await)
}

/// Does `work` with the event of each invocation. `trigger` is what invokes the function, for its log lines.
async fn run_with_event<F>(
    trigger: &'static str,
    app: App,
    work: impl Fn(App, Value, Deadline) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Value, Problem>>,
{
    let (app, work, trigger) = (&app, &work, &trigger);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| -> Result<Value, Diagnostic> {
        let deadline = Deadline::after(until(event.context.deadline));
        let answer = within_span(trigger, &event.context, work(app.clone(), event.payload, deadline)).await;
        answer.map_err(|problem| diagnostic(&problem))
    }))
    .await
}

/// Does the work of an invocation in a span, as the layer around all routes does it for a request, and measures it.
async fn within_span<T>(trigger: &'static str, context: &Context, work: impl Future<Output = T>) -> T {
    let (request_id, trace) = (context.request_id.as_str(), context.xray_trace_id.as_deref());
    let trace_id = trace.and_then(telemetry::trace_id);
    let span = tracing::error_span!("request", request_id, trace_id, method = trigger);
    let started = tokio::time::Instant::now();
    let done = work.instrument(span.clone()).await;
    span.in_scope(|| telemetry::latency(Metric::RequestLatency, started.elapsed()));
    done
}

/// Returns the time until Lambda's `deadline` (milliseconds since the epoch).
fn until(deadline: u64) -> Duration {
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    Duration::from_millis(deadline.saturating_sub(now))
}

fn diagnostic(problem: &Problem) -> Diagnostic {
    Diagnostic { error_type: problem.code().as_str().to_owned(), error_message: problem.to_string() }
}

/// Runs a function that is invoked directly as well as through API Gateway. An event of API Gateway goes to the routes,
/// any other payload to `direct`. A problem that `direct` returns is answered with its code as `errorType` and its text
/// as `errorMessage`. If the function cannot start or the Lambda runtime fails, logs the error and returns a failure.
pub async fn serve_direct<F>(router: Router<App>, direct: impl Fn(App, Value) -> F) -> ExitCode
where
    F: Future<Output = Result<Value, Problem>>,
{
    ended(async { run_direct(start(Clients::NONE).await?, router, direct).await }.await)
}

async fn run_direct<F>(app: App, router: Router<App>, direct: impl Fn(App, Value) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Value, Problem>>,
{
    let routes = Adapter::from(for_lambda(service(router, app.clone())));
    let (app, routes, direct) = (&app, &routes, &direct);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| -> Result<Value, Diagnostic> {
        // Both payload versions of API Gateway have `requestContext`. A direct invocation has not.
        if event.payload.get("requestContext").is_none() {
            let answer = within_span("INVOKE", &event.context, async {
                // Only the setup function is invoked directly.
                let trail = Trail::new(event.context.request_id.clone(), Action::RunSetup);
                let answer = trail.follow(direct(app.clone(), event.payload)).await;
                let code = answer.as_ref().err().map(Problem::code);
                let outcome = code.map_or(Outcome::Done, |code| code.outcome(trail.action().effect()));
                trail.write(outcome, code.map(|code| code.as_str()));
                answer
            });
            return answer.await.map_err(|problem| diagnostic(&problem));
        }
        let request = read_event(event.payload).map_err(Error::from)?;
        let response = routes.clone().oneshot(LambdaEvent::new(request, event.context)).await.map_err(Error::from)?;
        Ok(serde_json::to_value(response).map_err(Error::from)?)
    }))
    .await
}
