//! Starts a function that needs no deployment.

use std::process::ExitCode;

use axum::Router;
use tracing::level_filters::LevelFilter;

use super::runtime::{ended, run};
use crate::{
    config::{Provider, log_level},
    http::service,
    telemetry,
};

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
