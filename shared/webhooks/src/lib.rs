//! The part of a webhook sender that needs no store: <https://www.standardwebhooks.com>.
//!
//! [`Signers::sign`] signs a message by Standard Webhooks 1.0.0. [`EndpointUrl`] holds a URL that is safe to call, and
//! [`Sender`] sends the message to it: only to public addresses, once, and with bounded time and memory. [`Outcome`] is
//! the result. [`next_attempt`] and [`Health`] decide when to try again, and when to stop. Both are pure functions of
//! times and random numbers that the caller passes in.
//!
//! ```
//! use webhooks::{EndpointUrl, HmacSecret, MessageId, Receivers, Signer, Signers};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let url = EndpointUrl::parse("https://shop.example/webhooks", Receivers::PUBLIC)?;
//! let signers = Signers::new(Signer::Hmac(HmacSecret::random()));
//! let id: MessageId = "evt_7d1c".parse()?;
//! let message = signers.sign(&id, 1_795_600_803, r#"{"type":"webhook.test"}"#.into())?;
//! assert!(message.signature().starts_with("v1,"));
//! # Ok(())
//! # }
//! ```

mod address;
mod endpoint;
mod health;
mod outcome;
mod receivers;
mod resolver;
mod schedule;
mod sender;
mod signing;

pub use address::is_public;
pub use endpoint::{EndpointUrl, EndpointUrlError};
pub use health::{Flow, Health, until_next_test};
pub use outcome::{Failure, Outcome};
pub use receivers::{Ports, Receivers};
pub use resolver::{Addresses, GuardedResolver, Lookup, LookupError, SystemLookup};
pub use schedule::{MOST_ATTEMPTS, Next, next_attempt, retry_at};
pub use sender::Sender;
pub use signing::{
    CryptoError, HmacSecret, MessageId, MessageIdError, PublicKey, SecretError, SignedMessage, Signer, Signers,
    SigningKey,
};
