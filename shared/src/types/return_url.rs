//! Where a browser goes back to after a consent: a page of the owner's own web application.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::{Origin, Url};

use crate::config::is_loopback;

/// The text is not a return address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an https URL (http for this machine only) of at most 2000 visible ASCII characters, without user name and fragment"
)]
pub struct ReturnUrlError;

/// https, or http on this machine; without user name and fragment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnUrl(Url);

impl ReturnUrl {
    /// The longest.
    pub const LONGEST: usize = 2000;

    /// Which web application it belongs to (RFC 6454).
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.origin()
    }

    /// The address with more parameters in its query.
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }
}

impl FromStr for ReturnUrl {
    type Err = ReturnUrlError;

    fn from_str(text: &str) -> Result<Self, ReturnUrlError> {
        // A backslash and a line break are repaired silently by the URL standard: what was meant is anybody's guess.
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let url = Url::parse(text).ok().filter(|_| plain && text.len() <= Self::LONGEST).ok_or(ReturnUrlError)?;
        let safe = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&url),
            _ => false,
        };
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if safe && bare { Ok(Self(url)) } else { Err(ReturnUrlError) }
    }
}

impl TryFrom<String> for ReturnUrl {
    type Error = ReturnUrlError;

    fn try_from(text: String) -> Result<Self, ReturnUrlError> {
        text.parse()
    }
}

impl From<ReturnUrl> for String {
    fn from(url: ReturnUrl) -> Self {
        url.0.into()
    }
}

impl fmt::Display for ReturnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
