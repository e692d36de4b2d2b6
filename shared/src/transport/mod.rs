//! How bytes reach AWS and the bank: one TLS configuration, and HTTP clients whose first connection can be opened
//! before there is a request.

mod aws;
mod bank;
mod clients;
mod reserve;
mod tls;
mod webhooks;

pub(crate) use self::webhooks::WebhookSender;
pub(crate) use aws::{dynamodb, secrets_manager};
pub(crate) use bank::bank;
pub(crate) use clients::Clients;
pub(crate) use reserve::FirstConnection;
pub(crate) use tls::Tls;
pub use tls::TlsError;
