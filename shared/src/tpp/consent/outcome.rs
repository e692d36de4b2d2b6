//! What a browser brings back from the bank, and how a consent ends.

use std::fmt;

use url::Url;

use crate::{
    tpp::consent::error::ConsentError,
    types::{
        ids::{ConsentId, UserId},
        secret::{AuthorizationCode, OauthState},
    },
};

/// The parameters with which the bank returns a browser.
#[derive(Debug)]
pub struct CallbackParameters {
    /// Our own state.
    pub state: OauthState,
    /// The bank's answer.
    pub answer: ConsentAnswer,
}

/// The bank's answer to a consent (RFC 6749 sections 4.1.2 and 4.1.2.1).
#[derive(Debug)]
pub enum ConsentAnswer {
    /// The customer consented.
    Code(AuthorizationCode),
    /// The customer refused: `access_denied`.
    Denied,
    /// Any other error.
    Failed,
}

/// The customer who is connected.
#[derive(Debug)]
pub enum Connected {
    /// The customer is connected at once.
    Now(UserId),
    /// The customer is connected after the application's claim. The browser goes to this address.
    Return(ReturnTo),
}

/// The address to which a browser returns. It contains the proof, so it must not be logged.
#[derive(Clone)]
pub struct ReturnTo(pub Url);

impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnTo([redacted])")
    }
}

/// The result for a browser that returned from the bank.
#[derive(Debug)]
pub struct Completed {
    /// The id of the consent, if the attempt has ended.
    pub ended: Option<ConsentId>,
    /// The connected customer, or why the consent failed.
    pub result: Result<Connected, ConsentError>,
}

impl From<ConsentError> for Completed {
    fn from(error: ConsentError) -> Self {
        Self { ended: None, result: Err(error) }
    }
}

/// How a consent ended, for a page.
#[derive(Debug)]
pub enum ConsentResult {
    /// The customer is connected, or will be after the application's claim.
    Done(Option<UserId>),
    /// The consent failed.
    Failed {
        /// The reason.
        error: ConsentError,
        /// Whether the same consent can be begun again.
        can_begin: bool,
        /// Whether a browser began the consent without a ticket.
        is_open: bool,
        /// The address of the application that the customer came from.
        back: Option<Url>,
    },
}
