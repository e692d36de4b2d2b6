//! The page that stands for the customer's bunq app: what is in the accounts, and what waits for an answer.
//!
//! Every visitor may be any customer.

pub(crate) mod connections;
pub(crate) mod decisions;
mod form;
mod home;
pub(crate) mod ips;
mod parts;

/// Whether a path is the app's.
pub(crate) fn owns(path: &str) -> bool {
    path == "/app" || path.starts_with("/app/")
}
