//! Every group of routes behind the stand-in for API Gateway.

use axum::{Router, middleware};
use local_aws::AccessKey;
use shared::http::{App, service};

use crate::gate;

/// All groups of routes behind the stand-in for API Gateway. `POST /setup` requires a signature by `access_key`.
pub fn gateway(app: App, access_key: AccessKey) -> Router {
    let (public_url, provider) = (app.tpp.config.public_url.clone(), &app.tpp.config.provider);
    let routes = docs::router(provider)
        .with_state(())
        .merge(oauth::router())
        .merge(users::router())
        .merge(payments::router())
        .merge(psd2::router())
        .merge(credential_ip::router())
        .merge(events::router())
        .merge(hooks::router())
        .merge(setup::router().layer(middleware::from_fn_with_state(access_key, gate::iam)));
    gate::consents_at(service(routes, app), public_url)
}
