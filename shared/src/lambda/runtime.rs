//! Answers the events of Lambda, in a loop.

use std::process::ExitCode;

use axum::Router;
use lambda_http::Adapter;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tower::ServiceExt as _;
use tracing::level_filters::LevelFilter;

use super::event::read_event;
use crate::{
    config::{Provider, log_level},
    http::service,
    telemetry,
};

/// Returns the exit code of a function, and logs the error if it ended with one.
pub(super) fn ended(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function ended");
            ExitCode::FAILURE
        }
    }
}

/// Answers API Gateway's events until Lambda ends the process.
pub(super) async fn run(routes: Router) -> Result<(), Error> {
    let routes = &Adapter::from(routes);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| {
        let request = read_event(event.payload).map_err(Error::from)?;
        routes.clone().oneshot(LambdaEvent::new(request, event.context)).await.map_err(Error::from)
    }))
    .await
}

/// Runs a group of routes that uses neither AWS nor the bank, and no configuration but the log level and the provider.
/// Otherwise like `serve`: if a variable has an invalid value or the Lambda runtime fails, logs the error and returns
/// a failure.
pub async fn serve_public(router: impl FnOnce(&Provider) -> Router) -> ExitCode {
    let level = log_level();
    telemetry::init(telemetry::Format::Json, level.as_ref().map_or(LevelFilter::INFO, |level| *level), std::io::stdout);
    let served = async {
        level?;
        run(service(router(&Provider::from_env()?), ())).await
    };
    ended(served.await)
}
