//! `/auth`, `/callback` and `/result`: how a bunq customer connects. The only routes without an API key, since a browser calls them.

mod auth;
mod browser;
mod callback;
mod page;
mod result;

use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(auth::begin_consent))
        .routes(routes!(callback::complete_consent))
        .routes(routes!(result::show_result))
}
