//! Webhooks: the endpoints of a workspace, and the delivery of its events to them.

mod again;
mod attempt;
mod deliver;
mod endpoints;
mod error;
mod queue;
mod service;

pub use deliver::DeliveryReport;
pub use endpoints::{AskedEndpoint, Tested, WebhookCredential};
pub use error::WebhookError;
pub use service::Webhooks;
