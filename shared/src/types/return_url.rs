//! The URL to which a browser returns after a consent: a page of the application that requested the consent.

use std::str::FromStr;

use url::{Origin, Url};

use super::text_form::stored_as_text;
use crate::config::is_loopback;

/// The text is not a valid return URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an https URL (http for this machine only) of at most 2000 visible ASCII characters \
     when percent-encoded, without user name and fragment"
)]
pub struct ReturnUrlError;

/// A return URL: https, or http for this machine only; without user name, password and fragment. It is not checked here
/// whether the deployment permits its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrl(Url);

impl ReturnUrl {
    /// The maximum length, in characters, also after the percent-encoding that the URL standard prescribes.
    pub const LONGEST: usize = 2000;

    /// Returns the origin of the URL (RFC 6454), which identifies the web application.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.origin()
    }

    /// Returns the URL with these parameters, percent-encoded, after those that its query already has.
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
        // Parsers of the URL standard silently repair a backslash or a line break, so its meaning would be a guess.
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let url = Url::parse(text)
            .ok()
            .filter(|url| plain && text.len() <= Self::LONGEST && url.as_str().len() <= Self::LONGEST)
            .ok_or(ReturnUrlError)?;
        let safe = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&url),
            _ => false,
        };
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if safe && bare { Ok(Self(url)) } else { Err(ReturnUrlError) }
    }
}

stored_as_text!(ReturnUrl);
