//! A customer's consent: the OAuth authorization code flow (RFC 6749 section 4.1) as bunq implements it, without scope
//! or PKCE.

mod begin;
mod callback;
mod claim;
pub(super) mod connect;
mod error;
mod outcome;

pub use begin::{BeginConsent, Beginnings, Start};
pub use callback::Callbacks;
pub use claim::Claims;
pub use error::{ClaimError, ConsentError, StartError};
pub use outcome::{CallbackParameters, Completed, Connected, ConsentAnswer, ConsentResult, ReturnTo};
