//! A customer's consent: the OAuth authorization code flow (RFC 6749 section 4.1) as bunq implements it, without scope
//! or PKCE.

mod begin;
mod callback;
mod claim;
mod connect;
mod error;
mod outcome;
mod service;

pub use begin::{BeginConsent, Start};
pub use error::{ClaimError, ConsentError, StartError};
pub use outcome::{CallbackParameters, Completed, Connected, ConsentAnswer, ConsentResult, ReturnTo};
pub use service::Consents;
