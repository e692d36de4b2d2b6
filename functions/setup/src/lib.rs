//! The one-shot setup: onboards the TPP at the bank, reports, and manages API keys. Invoked directly, or by POST /setup
//! behind IAM.

mod command;
mod report;
mod schema;
mod setup;

use serde_json::Value;
use shared::{
    http::{App, JsonBody, Problem},
    types::deadline::Deadline,
};
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use command::Command;
pub use report::Report;
pub use setup::{Progress, run};

/// How long a direct invocation may take; the template gives the function a minute.
const DIRECT: Duration = Duration::from_secs(50);

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(setup::post_setup))
}

/// A direct invocation: `{}` or a [`Command`].
///
/// # Errors
/// A [`Problem`] if the payload is invalid or the command fails.
pub async fn invoke(app: App, payload: Value) -> Result<Value, Problem> {
    run(&app, Command::parse(&JsonBody::of(&payload))?, &|_, _| {}, Deadline::after(DIRECT)).await
}
