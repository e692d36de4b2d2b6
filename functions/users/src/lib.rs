//! `/users` and `/user/{user_id}`: who is connected, who they are, which accounts they granted; and the end of a connection.

mod accounts;
mod connection;
mod user;
mod view;

use axum::{Router, routing::get};
use shared::http::{App, routes};

routes! {
    fn routes() -> Router<App> {
        connection::list_users,
        user::find_user,
        connection::delete_user,
        accounts::list_accounts,
        connection::find_connection,
    }
}

/// The routes of the group.
pub fn router() -> Router<App> {
    // Clients of bunq's Python example write it with a final slash.
    routes().route("/user/{user_id}/", get(user::find_user))
}
