//! Types whose values are always valid: they are checked when they are created, so no other module checks them again.

pub use bunq_client::types::{counterparty, deadline, money, schedule, text};

pub mod bank_object;
pub mod bookmark;
pub mod cache;
pub mod callback_token;
pub mod causes;
pub mod clock;
mod derived_key;
pub mod event;
pub mod hint;
pub mod idempotency;
pub mod ids;
pub mod ip;
pub mod lane_lease;
pub mod notification;
pub mod order_reference;
pub mod pseudonym;
mod rate_limit;
pub mod redirect_url;
pub mod reference;
pub mod return_url;
pub mod scope;
pub mod sealing;
pub mod secret;
pub mod since;
mod text_form;
pub mod turns;
pub mod webhook;
pub mod workspace;
