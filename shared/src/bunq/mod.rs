//! The bank on the wire: <https://doc.bunq.com>.
//!
//! A call is a value ([`calls`]) that builds a request; [`Bank::send`] adds the headers, signs, sends, verifies the
//! answer's signature over its raw bytes, retries where that is safe, and decodes by key.

mod answer;
pub mod calls;
mod client;
mod egress;
mod envelope;
mod error;
mod page;
mod redaction;
mod refusal;
mod request;
mod resource;
mod retry;
mod signing;
mod token;
mod user;

pub use client::{Bank, Credentials, Installation, Session};
pub use envelope::{DecodeError, Envelope, Verified};
pub use error::{BankError, NoConnection};
pub use page::{LARGEST_PAGE, Neighbours, Onward, Page, PageStart};
pub use redaction::{MARK as REDACTED, SentCredentials};
pub use refusal::{BankText, Refusal, RefusalKind};
pub use request::{Call, Created, Effect, Element, FromAnswer, Method, NewId, One, Query, Request, SessionlessCall};
pub use resource::{Create, Delete, Find, List, Parent, Resource, Update};
pub use retry::{Failure, RetryDecision, decide};
pub use signing::{InstallationKey, KeyError, PublicKey, credential_proof, sign};
pub use token::TokenError;
pub use user::{Customer, CustomerKind, PspUser, UserElement};
