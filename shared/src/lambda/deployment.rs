//! Starts a function that serves a deployment: with the store, the secrets and the client of the bank.

use std::{process::ExitCode, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use lambda_http::Adapter;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tower::ServiceExt as _;
use tracing::{Instrument as _, level_filters::LevelFilter};
use url::Url;

use super::{
    event::read_event,
    observer,
    runtime::{ended, run},
};
use crate::{
    bunq::Bank,
    config::{Config, ConfigError},
    http::{App, Problem, service},
    secrets::Secrets,
    store::Store,
    telemetry::{
        self,
        audit::{Action, Outcome, Trail},
    },
    tpp::Tpp,
    types::clock::Clock,
};

/// The name by which the bank knows this program.
const USER_AGENT: &str = concat!("bunq-tpp/", env!("CARGO_PKG_VERSION"));

/// The AWS endpoint and credentials to use.
#[derive(Clone, Debug)]
pub enum Aws {
    /// Those of the environment, as AWS's SDKs read them (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`, …).
    Environment,
    /// An explicit endpoint and access key, for a developer's machine and for tests.
    Local {
        /// The URL of the endpoint.
        endpoint: Url,
        /// The id of the access key that signs calls.
        access_key_id: String,
        /// The secret of the access key.
        secret_access_key: SecretString,
    },
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration in the environment is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The HTTP client cannot be created, for example because TLS cannot be set up.
    #[error("the HTTP client cannot start")]
    Http(#[from] reqwest::Error),
}

/// Creates the store, the secrets and the bank client of a deployment, and joins them. Does not call DynamoDB, Secrets
/// Manager or the bank yet.
///
/// # Errors
/// Returns [`StartError::Http`] if the HTTP client for the bank cannot be created.
pub async fn compose(config: Config, aws: Aws, clock: Clock) -> Result<App, StartError> {
    let aws = sdk_config(aws).await;
    let store = Store::new(
        aws_sdk_dynamodb::Client::new(&aws),
        &config.connections_table,
        &config.ephemera_table,
        clock.clone(),
    );
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&aws), &config.secret_prefix);
    let bank = Bank::new(config.bunq.clone(), USER_AGENT)?.observed_by(observer::BankCalls);
    Ok(App { tpp: Arc::new(Tpp::new(config, bank, store, secrets, clock)) })
}

async fn sdk_config(aws: Aws) -> SdkConfig {
    // Short, because a request has 25 seconds for all its calls.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    match aws {
        Aws::Environment => loader.load().await,
        Aws::Local { endpoint, access_key_id, secret_access_key } => {
            let secret = secret_access_key.expose_secret();
            let credentials = Credentials::new(access_key_id, secret, None, None, "local");
            loader
                .endpoint_url(endpoint.as_str())
                .region(Region::new("eu-central-1"))
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .load()
                .await
        }
    }
}

/// Starts a function from the environment: configuration, logging and clients. Then loads into memory what every
/// request needs. If that loading fails, the first request loads it.
///
/// # Errors
/// Returns [`StartError::Config`] if the configuration is invalid, and [`StartError::Http`] if the HTTP client for the
/// bank cannot be created.
pub async fn start() -> Result<App, StartError> {
    let config = Config::from_env();
    let level = config.as_ref().map_or(LevelFilter::INFO, |config| config.log_level);
    telemetry::init(telemetry::Format::Json, level, std::io::stdout);
    let app = compose(config?, Aws::Environment, Clock::system()).await?;
    let _ = app.tpp.identities.get().await;
    Ok(app)
}

/// Runs a group of routes as a Lambda function behind API Gateway, until Lambda ends the process. If the function
/// cannot start or the Lambda runtime fails, logs the error and returns a failure.
pub async fn serve(router: Router<App>) -> ExitCode {
    ended(async { run(service(router, start().await?)).await }.await)
}

/// Runs a function that is invoked directly as well as through API Gateway. An event of API Gateway goes to the routes,
/// any other payload to `direct`. A problem that `direct` returns is answered with its code as `errorType` and its text
/// as `errorMessage`. If the function cannot start or the Lambda runtime fails, logs the error and returns a failure.
pub async fn serve_direct<F>(router: Router<App>, direct: impl Fn(App, Value) -> F) -> ExitCode
where
    F: Future<Output = Result<Value, Problem>>,
{
    ended(async { run_direct(start().await?, router, direct).await }.await)
}

async fn run_direct<F>(app: App, router: Router<App>, direct: impl Fn(App, Value) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Value, Problem>>,
{
    let routes = Adapter::from(service(router, app.clone()));
    let (app, routes, direct) = (&app, &routes, &direct);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| -> Result<Value, Diagnostic> {
        // Both payload versions of API Gateway have `requestContext`. A direct invocation has not.
        if event.payload.get("requestContext").is_none() {
            let id = event.context.request_id.as_str();
            let span = tracing::error_span!("request", request_id = id, method = "INVOKE");
            // Only the setup function is invoked directly.
            let trail = Trail::new(id.to_owned(), Action::RunSetup);
            let answer = trail.follow(direct(app.clone(), event.payload)).instrument(span).await;
            let code = answer.as_ref().err().map(Problem::code);
            let outcome = code.map_or(Outcome::Done, |code| code.outcome(trail.action().effect()));
            trail.write(outcome, code.map(|code| code.as_str()));
            return answer.map_err(|problem| Diagnostic {
                error_type: problem.code().as_str().to_owned(),
                error_message: problem.to_string(),
            });
        }
        let request = read_event(event.payload).map_err(Error::from)?;
        let response = routes.clone().oneshot(LambdaEvent::new(request, event.context)).await.map_err(Error::from)?;
        Ok(serde_json::to_value(response).map_err(Error::from)?)
    }))
    .await
}
