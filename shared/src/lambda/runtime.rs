//! Answers the events of Lambda, in a loop.

use std::process::ExitCode;

use axum::Router;
use lambda_http::Adapter;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tower::ServiceExt as _;

use super::event::read_event;

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
