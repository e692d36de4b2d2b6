//! How a bunq customer connects. `/auth`, `/callback` and `/result` need no API key, since a browser opens them; the
//! owner's application asks for consents at `/consents`, and claims what its customers gave.

mod auth;
mod browser;
mod callback;
mod consents;
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
        .routes(routes!(consents::create_consent, consents::list_consents))
        .routes(routes!(consents::find_consent, consents::delete_consent))
        .routes(routes!(consents::claim_consent))
}
