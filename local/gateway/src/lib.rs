//! Every group of routes on one port, in place of API Gateway, with the embedded AWS and the simulated bank beside it. Runs the very
//! routers that the Lambda functions run; nothing of it is deployed.

mod announce;
mod docker;
mod error;
mod gate;
mod options;
mod serve;
mod stack;
mod state;

use axum::{Router, middleware};
use local_aws::AccessKey;
use shared::http::{App, base, service};
use utoipa_axum::router::OpenApiRouter;

pub use announce::{StepLine, Welcome};
pub use error::LocalError;
pub use options::{BankChoice, Options};
pub use serve::serve;
pub use stack::Stack;

/// Every group behind what stands for API Gateway. POST /setup takes what `access_key` signed.
pub fn gateway(app: App, access_key: AccessKey) -> Router {
    let public_url = app.tpp.config().public_url.clone();
    let setup = setup::router().layer(middleware::from_fn_with_state(access_key, gate::iam));
    gate::consents_at(service(routes(setup), app), public_url)
}

/// The whole API as OpenAPI describes it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    shared::http::document(&routes(setup::router()))
}

fn routes(setup: OpenApiRouter<App>) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(base())
        .merge(docs::router())
        .merge(oauth::router())
        .merge(users::router())
        .merge(payments::router())
        .merge(psd2::router())
        .merge(credential_ip::router())
        .merge(setup)
}
