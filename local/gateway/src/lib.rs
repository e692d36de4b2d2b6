//! Every group of routes on one port, in place of API Gateway, with the embedded AWS and the simulated bank beside it.
//! Runs the very routers that the Lambda functions run; nothing of it is deployed.

mod announce;
mod certificate;
mod configuration;
mod docker;
mod error;
mod functions_env;
mod gate;
mod options;
mod remote;
mod serve;
mod stack;
mod state;

use axum::{Router, middleware};
use local_aws::AccessKey;
use shared::{
    config::Provider,
    http::{App, base, service},
};
use utoipa_axum::router::OpenApiRouter;

pub use announce::{Progress, Welcome};
pub use error::LocalError;
pub use options::{BankChoice, KeysTask, Options, Task};
pub use remote::ask;
pub use serve::serve;
pub use stack::{Stack, reset};

/// Every group behind what stands for API Gateway. POST /setup takes what `access_key` signed.
pub fn gateway(app: App, access_key: AccessKey) -> Router {
    let (public_url, provider) = (app.tpp.config().public_url.clone(), app.tpp.config().provider.clone());
    let setup = setup::router().layer(middleware::from_fn_with_state(access_key, gate::iam));
    gate::consents_at(service(routes(setup, &provider), app), public_url)
}

/// The whole API as OpenAPI describes it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    // The document does not depend on the provider, so any will do.
    let provider = Provider { display_name: String::new(), support_url: None, open_consent: true };
    shared::http::document(&routes(setup::router(), &provider))
}

fn routes(setup: OpenApiRouter<App>, provider: &Provider) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(base())
        .merge(docs::router(provider))
        .merge(oauth::router())
        .merge(users::router())
        .merge(payments::router())
        .merge(psd2::router())
        .merge(credential_ip::router())
        .merge(setup)
}
