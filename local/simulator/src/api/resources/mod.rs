//! The resources of the API. Each module has the name of its resource in the protocol.

pub(crate) mod attachment;
pub(crate) mod attachment_public;
pub(crate) mod callback_url;
pub(crate) mod card;
pub(crate) mod confirmation_of_funds;
pub(crate) mod credential_password_ip;
pub(crate) mod device_server;
pub(crate) mod draft_payment;
pub(crate) mod event;
pub(crate) mod installation;
pub(crate) mod monetary_account;
pub(crate) mod monetary_account_change;
pub(crate) mod oauth_client;
pub(crate) mod payment;
pub(crate) mod payment_batch;
pub(crate) mod payment_service_provider_credential;
pub(crate) mod payment_service_provider_draft_payment;
pub(crate) mod payment_service_provider_issuer_transaction;
pub(crate) mod permitted_ip;
pub(crate) mod request_inquiry;
pub(crate) mod request_response;
pub(crate) mod sandbox_user;
pub(crate) mod schedule;
pub(crate) mod session;
pub(crate) mod session_server;
pub(crate) mod user;
