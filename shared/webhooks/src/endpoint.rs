//! The URL of a receiver.

use std::fmt;

use url::{Host, Url};

use crate::receivers::{Ports, Receivers, is_loopback_name};

/// The size of the longest URL, after percent-encoding.
const LONGEST: usize = 2000;
/// Names that no public resolver has: RFC 6762, RFC 6761, RFC 8375, RFC 7686, and ICANN's reservation of 2024.
const PRIVATE_DOMAINS: [&str; 5] = ["local", "localhost", "internal", "home.arpa", "onion"];

/// Why a text is not the URL of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointUrlError {
    /// The text is not an absolute URL, or contains white space, a control character or a backslash.
    #[error("must be an absolute URL without white space, control characters and backslashes")]
    NotAUrl,
    /// The URL has more than 2,000 characters after percent-encoding.
    #[error("must have at most 2,000 characters")]
    TooLong,
    /// The scheme is not https.
    #[error("must begin with https://")]
    Scheme,
    /// The URL contains a user name or password.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// The URL contains a fragment, which would not be sent.
    #[error("must not contain a fragment")]
    Fragment,
    /// The host is an IP address, in any form.
    #[error("must have a host name, not an IP address")]
    IpAddress,
    /// The host name cannot be one of the public internet.
    #[error("must have a public host name")]
    Host,
    /// The port is not 443.
    #[error("must have port 443")]
    Port,
}

/// The URL of a receiver, which has a form that is safe to call. Only its name is checked here; [`Sender`] checks the
/// addresses behind the name for each connection. `Debug` does not print path and query, which often contain a secret.
///
/// [`Sender`]: crate::Sender
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EndpointUrl(Url);

impl EndpointUrl {
    /// Parses the URL of a receiver. The result is normalized: the host in ASCII, the path and query percent-encoded.
    ///
    /// # Errors
    /// Returns [`EndpointUrlError`] for the first rule that the text breaks.
    pub fn parse(text: &str, receivers: Receivers) -> Result<Self, EndpointUrlError> {
        // The parser would remove or replace these characters.
        if text.contains(|char: char| char.is_whitespace() || char.is_control() || char == '\\') {
            return Err(EndpointUrlError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| EndpointUrlError::NotAUrl)?;
        // The parser would add missing slashes, and remove superfluous ones and an empty user name.
        let rest = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
        match rest.and_then(|rest| rest.split(['/', '?', '#']).next()) {
            None | Some("") => return Err(EndpointUrlError::NotAUrl),
            Some(authority) if authority.contains('@') => return Err(EndpointUrlError::UserInfo),
            Some(_) => {}
        }
        check(&url, receivers)?;
        Ok(Self(url))
    }

    /// Returns whether these receivers include the URL, which may have been parsed with another setting.
    #[must_use]
    pub fn is_permitted(&self, receivers: Receivers) -> bool {
        check(&self.0, receivers).is_ok()
    }

    /// Returns the URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the URL.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndpointUrl({}/[redacted])", self.0.origin().ascii_serialization())
    }
}

fn check(url: &Url, receivers: Receivers) -> Result<(), EndpointUrlError> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(EndpointUrlError::Scheme);
    }
    if url.as_str().len() > LONGEST {
        return Err(EndpointUrlError::TooLong);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointUrlError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(EndpointUrlError::Fragment);
    }
    let is_loopback = match url.host().ok_or(EndpointUrlError::Host)? {
        Host::Domain(name) => is_loopback_name(name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if is_loopback && receivers.permit_loopback() {
        return if url.port() == Some(0) { Err(EndpointUrlError::Port) } else { Ok(()) };
    }
    if url.scheme() != "https" {
        return Err(EndpointUrlError::Scheme);
    }
    match url.host() {
        Some(Host::Domain(name)) if is_public_name(name) => {}
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(EndpointUrlError::IpAddress),
        Some(Host::Domain(_)) | None => return Err(EndpointUrlError::Host),
    }
    match (url.port(), receivers.ports()) {
        (None, _) | (Some(1..), Ports::Any) => Ok(()),
        (Some(_), Ports::Https | Ports::Any) => Err(EndpointUrlError::Port),
    }
}

/// Returns whether a name can be one of the public internet: at least two labels of valid size (RFC 1035 section
/// 2.3.4), no dot at the end, and no domain that is reserved for private use.
fn is_public_name(name: &str) -> bool {
    let is_in = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(|label| (1..=63).contains(&label.len()))
        && !PRIVATE_DOMAINS.iter().any(|domain| is_in(domain))
}
