//! The URL to which the bank's page sends a customer's browser. Programs parse some URLs differently: the host of
//! `https://evil.example\@good.example` depends on the parser. Therefore only a URL that every parser reads in the same
//! way is accepted: one in its normal form, with characters of RFC 3986 only.

use std::str::FromStr;

use url::Url;

/// Why a text is not a valid [`RedirectUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUrlError {
    /// The text is not a URL with a host.
    #[error("must be an absolute URL, such as https://shop.example/thanks")]
    NotAbsolute,
    /// The URL is not in its normal form, has a user name or password, or has characters that RFC 3986 does not allow.
    #[error(
        "must be in its normal form: only characters of RFC 3986, host in lower case and punycode, no default port, \
         no user name, no `.` or `..` in the path"
    )]
    NotNormal,
}

/// A URL with a host and without a user name, in its normal form (<https://url.spec.whatwg.org>). The scheme can be
/// any. An empty path means the same as `/` (RFC 3986 section 6.2.3), so a `/` at the end of the URL may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUrl(Url);

impl RedirectUrl {
    /// Returns the URL.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for RedirectUrl {
    type Err = RedirectUrlError;

    fn from_str(text: &str) -> Result<Self, RedirectUrlError> {
        let url = Url::parse(text).ok().filter(Url::has_host).ok_or(RedirectUrlError::NotAbsolute)?;
        let normal = url.as_str();
        let is_normal = normal == text || normal.strip_suffix('/') == Some(text);
        if !is_normal || !is_rfc_3986(text) || !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUrlError::NotNormal);
        }
        Ok(Self(url))
    }
}

/// Returns whether a text has only characters of RFC 3986, and two hex digits after each `%`.
fn is_rfc_3986(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    text.bytes().all(is_allowed)
        && text.split('%').skip(1).all(|after| {
            let digits = after.as_bytes().get(..2);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        })
}
