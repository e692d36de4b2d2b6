//! Every group of routes on one port, in place of API Gateway, with the embedded AWS and the simulated bank beside it. Runs the very
//! routers that the Lambda functions run; nothing of it is deployed.

mod announce;
mod docker;
mod error;
mod gate;
mod options;
mod stack;
mod state;

use axum::Router;
use shared::http::{App, base, service};
use utoipa_axum::router::OpenApiRouter;

pub use announce::{StepLine, Welcome};
pub use error::LocalError;
pub use options::{BankChoice, Options};
pub use stack::Stack;

/// Every group behind what stands for API Gateway.
pub fn gateway(app: App) -> Router {
    let public_url = app.tpp.config().public_url.clone();
    gate::known_hosts(service(routes(), app), public_url)
}

/// The whole API as OpenAPI describes it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    shared::http::document(&routes())
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(base())
        .merge(docs::router())
        .merge(oauth::router())
        .merge(users::router())
        .merge(payments::router())
        .merge(psd2::router())
        .merge(credential_ip::router())
        .merge(setup::router().layer(axum::middleware::from_fn(gate::iam)))
}
