//! The start page, the documentation of the API, and the health check. They are the same for every caller and part of
//! this function, so they need no API key, no store and no bank.

mod assets;
mod file;
mod health;
mod home;
mod pages;

use axum::{Extension, Router};
use shared::{config::Provider, http::routes};

routes! {
    fn routes() -> Router<()> {
        pages::show_home,
        pages::show_docs,
        pages::find_document,
        health::check_health,
        assets::find_asset,
    }
}

/// The routes of the group. They need no state; the start page names the provider.
pub fn router(provider: &Provider) -> Router {
    routes().layer(Extension(home::page(provider)))
}
