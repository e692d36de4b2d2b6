//! The API: the table of its endpoints, the checks before them, and the resources.

mod body;
pub(crate) mod dispatch;
mod files;
mod gate;
mod listing;
pub(crate) mod resources;
mod roles;
pub(crate) mod route;
pub(crate) mod routes;
pub(crate) mod table;
mod token;
mod views;
