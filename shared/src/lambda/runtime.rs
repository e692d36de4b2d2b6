//! Answers the events of Lambda, in a loop.

use std::{convert::Infallible, process::ExitCode};

use axum::{Router, body, routing::future::RouteFuture};
use lambda_http::{Adapter, Body, Request};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tower::{Service, ServiceExt};
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
    let routes = &Adapter::from(for_lambda(routes));
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| {
        let request = read_event(event.payload).map_err(Error::from)?;
        routes.clone().oneshot(LambdaEvent::new(request, event.context)).await.map_err(Error::from)
    }))
    .await
}

/// Returns the routes with the bodies of their responses in the form in which the Lambda runtime sends them: as text if
/// they are UTF-8, else as binary. They are not copied for that, as the runtime's own conversion does.
pub(super) fn for_lambda(
    routes: Router,
) -> impl Service<Request, Response = http::Response<Body>, Error = Infallible, Future: Send> + Clone {
    ServiceExt::<Request>::map_future(routes, async |response: RouteFuture<Infallible>| {
        let (parts, body) = response.await?.into_parts();
        // Only a stream can fail, and no handler answers with one.
        let bytes = body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let body = match String::from_utf8(bytes.into()) {
            Ok(text) if text.is_empty() => Body::Empty,
            Ok(text) => Body::Text(text),
            Err(error) => Body::Binary(error.into_bytes()),
        };
        Ok::<_, Infallible>(http::Response::from_parts(parts, body))
    })
}

/// Runs a group of routes that uses neither AWS nor the bank, and no configuration but the log level and the provider.
/// Otherwise like `serve`: if a variable has an invalid value or the Lambda runtime fails, logs the error and returns
/// a failure.
pub async fn serve_public(router: impl FnOnce(&Provider) -> Router) -> ExitCode {
    let level = log_level();
    telemetry::init(telemetry::Format::Json, level.as_ref().map_or(LevelFilter::INFO, |level| *level), std::io::stdout);
    telemetry::count(telemetry::Metric::ColdStarts);
    let served = async {
        level?;
        run(service(router(&Provider::from_env()?), ())).await
    };
    ended(served.await)
}
