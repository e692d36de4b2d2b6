//! What a person opens first, the description of the API, and a sign of life. All of it is the same for everybody and
//! in this function from its start: it needs no key, no store and no bank.

mod assets;
mod document;
mod file;
mod health;
mod home;
mod pages;

use axum::Extension;
use shared::config::Provider;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group. They need no state, so they fit into any router; the start page names the provider.
pub fn router<S: Clone + Send + Sync + 'static>(provider: &Provider) -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .routes(routes!(pages::show_home))
        .routes(routes!(pages::show_docs))
        .routes(routes!(document::find_document))
        .routes(routes!(health::check_health))
        .routes(routes!(assets::find_asset))
        .layer(Extension(home::page(provider)))
}
