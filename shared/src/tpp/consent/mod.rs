//! A customer's consent: the OAuth authorization code flow (RFC 6749 section 4.1) as bunq implements it, without scope
//! or PKCE.

pub(super) mod begin;
pub(super) mod callback;
pub(super) mod claim;
pub(super) mod connect;
mod error;
mod outcome;

pub use begin::{BeginConsent, Start};
pub use error::{ClaimError, ConsentError, StartError};
pub use outcome::{CallbackParameters, Completed, Connected, ConsentAnswer, ConsentResult, ReturnTo};
