//! How bytes reach AWS and the bank: one TLS configuration, and HTTP clients whose first connection can be opened
//! before there is a request.

mod aws;
mod bank;
mod reserve;
mod tls;
mod webhooks;

pub(crate) use self::webhooks::WebhookSender;
pub(crate) use aws::{dynamodb, eventbridge, secrets_manager, sqs};
pub(crate) use bank::bank;
pub(crate) use reserve::FirstConnection;
pub(crate) use tls::Tls;
pub use tls::TlsError;
