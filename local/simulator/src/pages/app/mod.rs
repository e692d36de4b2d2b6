//! The page that imitates the customer's bunq app: the accounts, and the objects that wait for a decision.
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
