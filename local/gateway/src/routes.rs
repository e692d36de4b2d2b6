//! Every group of routes behind the stand-in for API Gateway.

use axum::{Router, middleware};
use local_aws::AccessKey;
use shared::{
    config::Provider,
    http::{App, base, service},
};
use utoipa_axum::router::OpenApiRouter;

use crate::gate;

/// All groups of routes behind the stand-in for API Gateway. `POST /setup` requires a signature by `access_key`.
pub fn gateway(app: App, access_key: AccessKey) -> Router {
    let (public_url, provider) = (app.tpp.config().public_url.clone(), app.tpp.config().provider.clone());
    let setup = setup::router().layer(middleware::from_fn_with_state(access_key, gate::iam));
    gate::consents_at(service(routes(setup, &provider), app), public_url)
}

/// The OpenAPI document of the whole API.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    // The document does not depend on the provider.
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
