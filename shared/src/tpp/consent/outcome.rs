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

/// What the bank sends the browser back with.
#[derive(Debug)]
pub struct CallbackParameters {
    /// Our own state.
    pub state: OauthState,
    /// What the bank says.
    pub answer: ConsentAnswer,
}

/// What the bank says of a consent (RFC 6749 sections 4.1.2 and 4.1.2.1).
#[derive(Debug)]
pub enum ConsentAnswer {
    /// The customer consented.
    Code(AuthorizationCode),
    /// The customer said no: `access_denied`.
    Denied,
    /// Any other error.
    Failed,
}

/// Who is connected.
#[derive(Debug)]
pub enum Connected {
    /// The customer, at once.
    Now(UserId),
    /// The customer, once the application claims it: the browser goes there.
    Return(ReturnTo),
}

/// Where a browser goes back to. The proof is in it: not for logs.
#[derive(Clone)]
pub struct ReturnTo(pub Url);

impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnTo([redacted])")
    }
}

/// What became of a browser that came back from the bank.
#[derive(Debug)]
pub struct Completed {
    /// The consent that it came back for, if the attempt has ended.
    pub ended: Option<ConsentId>,
    /// Who is connected, or why nobody is.
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
    /// The customer is connected, or will be once the application has claimed it.
    Done(Option<UserId>),
    /// Nobody is.
    Failed {
        /// Why.
        error: ConsentError,
        /// Whether the same consent can be begun again.
        can_begin: bool,
        /// Whether a browser began it of its own accord.
        is_open: bool,
        /// Where the customer came from.
        back: Option<Url>,
    },
}
