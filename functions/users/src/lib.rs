//! `/users` and `/user/{user_id}`: who is connected, who they are, which accounts they granted; and the end of a connection.

mod accounts;
mod connection;
mod user;
mod view;

use axum::routing::get;
use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(connection::list_users))
        .routes(routes!(user::find_user, connection::delete_user))
        // Clients of bunq's Python example write it with a final slash.
        .route("/user/{user_id}/", get(user::find_user))
        .routes(routes!(accounts::list_accounts))
        .routes(routes!(connection::find_connection))
}
