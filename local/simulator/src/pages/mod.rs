//! The pages for browsers. They need no script and no other server.

pub(crate) mod app;
pub(crate) mod authorize;
mod consent;
pub(crate) mod html;
mod parts;
pub(crate) mod pay;
mod payment_consent;
