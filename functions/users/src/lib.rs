//! `/user/{user_id}`: who a connected customer is and which accounts they granted.

mod accounts;
mod user;

use axum::routing::get;
use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(user::find_user))
        // Clients of bunq's Python example write it with a final slash.
        .route("/user/{user_id}/", get(user::find_user))
        .routes(routes!(accounts::list_accounts))
}
