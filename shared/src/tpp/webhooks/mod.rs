//! Webhooks: the endpoints of a workspace, and the delivery of its events to them and to the event bus.

mod again;
mod attempt;
mod bus;
mod clean_up;
mod deliver;
mod endpoints;
mod error;
mod queue;
mod run;
mod service;

pub use endpoints::{AskedEndpoint, Tested, WebhookCredential};
pub use error::WebhookError;
pub use run::{DeliveryReport, DeliveryRun};
pub use service::Webhooks;
