//! A client of the bunq bank for PSD2 third-party providers: <https://doc.bunq.com>.
//!
//! A call is a value that builds a request: `list`, `find`, `create`, `update` and `delete` of a [`Resource`], and the
//! special calls in [`calls`]. [`Bank`] adds the headers, and signs and sends the request. Then
//! it verifies the signature of the answer over its raw bytes, repeats what is safe to repeat, and reads the answer.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use bunq_client::calls::MonetaryAccounts;
//! use bunq_client::types::deadline::Deadline;
//! use bunq_client::{Bank, BankError, Page, Resource, Session, Verified};
//!
//! async fn accounts(bank: &Bank, session: Session<'_>) -> Result<Verified, BankError> {
//!     let list = MonetaryAccounts::list((), Page::LARGEST);
//!     bank.call(session, &list, Deadline::after(Duration::from_secs(20))).await
//! }
//! ```

pub mod account;
mod answer;
pub mod calls;
mod client;
mod credentials;
mod envelope;
mod error;
pub mod export;
mod http_client;
mod limiter;
mod observer;
mod page;
mod redaction;
mod refusal;
mod request;
mod resource;
mod retry;
mod send;
mod shared_reads;
mod signing;
mod token;
pub mod transaction;
pub mod types;
mod urls;
mod user;

pub use client::Bank;
pub use credentials::{Credentials, Installation, Session};
pub use envelope::{DecodeError, Envelope, Verified, read_element};
pub use error::{BankError, NoConnection};
pub use http::Method;
pub use http_client::{HttpClients, http_client};
pub use limiter::{Busy, Endpoint, Limiter, Pending, RateLimit};
pub use observer::Observer;
pub use page::{LARGEST_PAGE, Neighbours, Onward, Page, PageStart};
pub use redaction::{MARK as REDACTED, SentCredentials};
pub use refusal::{BankText, Refusal, RefusalKind};
pub use request::{Call, Created, Effect, Element, FromAnswer, NewId, One, Query, Request, SessionlessCall};
pub use resource::{Parent, Resource, ResourceCall};
pub use retry::{Failure, RetryDecision, decide};
pub use signing::{InstallationKey, KeyError, PublicKey, credential_proof, sign};
pub use token::TokenError;
pub use urls::BunqUrls;
pub use user::{Customer, CustomerKind, PspUser, UserElement};
