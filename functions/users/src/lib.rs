//! `/users` and `/user/{user_id}`: the connected customers, their profiles, accounts and notifications, and the end of
//! a connection.

mod accounts;
mod connection;
mod normalised;
mod notifications;
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
        accounts::create_account,
        accounts::find_account,
        accounts::update_account,
        connection::find_connection,
        notifications::find_notifications,
        notifications::update_notifications,
    }
}

/// The routes of the group.
pub fn router() -> Router<App> {
    // Clients of bunq's Python example write the path with a final slash.
    routes().route("/user/{user_id}/", get(user::find_user))
}
