//! The start page, the documentation of the API, and the health check. They are the same for every caller and part of
//! this function, so they need no API key, no store and no bank.

mod assets;
mod document;
mod file;
mod health;
mod home;
mod pages;

use axum::Extension;
use shared::config::Provider;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group. They need no state, so any router can contain them. The start page names the provider.
pub fn router<S: Clone + Send + Sync + 'static>(provider: &Provider) -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .routes(routes!(pages::show_home))
        .routes(routes!(pages::show_docs))
        .routes(routes!(document::find_document))
        .routes(routes!(health::check_health))
        .routes(routes!(assets::find_asset))
        .layer(Extension(home::page(provider)))
}
