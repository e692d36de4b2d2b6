//! The hosts and origins that a server on loopback accepts.
//!
//! A malicious site can resolve its own name to 127.0.0.1 (DNS rebinding). Its page then has the same origin as its
//! requests, and only the header `Host` shows that they are for another server. A page of another origin cannot read
//! answers, but it can send requests that have effects. The browser sends the page's origin in the header `Origin`.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::uri::Authority;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A host without a port: an IP address, or a domain name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(Host);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    Address(IpAddr),
    Domain(String),
}

/// The text is not the name of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a host name or an IP address, without a port")]
pub struct InvalidName;

impl From<IpAddr> for Name {
    fn from(address: IpAddr) -> Self {
        Self(Host::Address(address))
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    /// Parses a name in the form of a URL: an IPv6 address is in brackets.
    ///
    /// # Errors
    /// Returns [`InvalidName`] if the text has a port, or is neither a host name nor an IP address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Site::parse(text) {
            Some(Site { name, port: None }) => Ok(name),
            Some(Site { port: Some(_), .. }) | None => Err(InvalidName),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Host::Address(IpAddr::V4(address)) => address.fmt(f),
            Host::Domain(name) => f.write_str(name),
        }
    }
}

/// A host and an optional port, as in the header `Host`.
#[derive(Debug, PartialEq, Eq)]
struct Site {
    name: Name,
    port: Option<u16>,
}

impl Site {
    fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        let host = authority.host();
        // User information before the host is refused.
        let port = match authority.as_str().strip_prefix(host)? {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        let name = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(address) => Host::Address(address.parse::<Ipv6Addr>().ok()?.into()),
            None if host.is_empty() => return None,
            None => match host.parse::<Ipv4Addr>() {
                Ok(address) => Host::Address(address.into()),
                Err(_) => Host::Domain(host.to_ascii_lowercase()),
            },
        };
        Some(Self { name: Name(name), port })
    }
}

/// The origin of a page. Of the scheme, only its default port is kept.
#[derive(Debug)]
struct Origin {
    site: Site,
    default_port: u16,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, site) = text.split_once("://")?;
        let default_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        Some(Self { site: Site::parse(site)?, default_port })
    }

    fn is_of(&self, host: &Site) -> bool {
        let port = |site: &Site| site.port.unwrap_or(self.default_port);
        self.site.name == host.name && port(&self.site) == port(host)
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stranger {
    /// The request is for another server.
    #[error("the request is for a host that is not this server")]
    Host,
    /// A page of another site sent the request.
    #[error("the request comes from a page of another site")]
    Origin,
}

/// The host names and origins that a server accepts.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: BTreeSet<Name>,
    /// The origin of the public address.
    public: Option<String>,
}

impl Hosts {
    /// Accepts the names of this machine (`localhost`, `127.0.0.1`, `[::1]`) and the address of the listener.
    #[must_use]
    pub fn of(listener: SocketAddr) -> Self {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), listener.ip()];
        let localhost = Name(Host::Domain("localhost".to_owned()));
        Self { names: addresses.into_iter().map(Name::from).chain([localhost]).collect(), public: None }
    }

    /// Accepts more names, such as those of this machine in containers.
    #[must_use]
    pub fn with(mut self, names: impl IntoIterator<Item = Name>) -> Self {
        self.names.extend(names);
        self
    }

    /// Accepts the host and the origin of the public URL, for a server behind a tunnel.
    #[must_use]
    pub fn behind(mut self, host: Name, origin: &str) -> Self {
        self.names.insert(host);
        self.public = Some(origin.to_owned());
        self
    }

    /// Checks the host of a request and, if a browser sent it, the origin of the page.
    ///
    /// # Errors
    /// Returns [`Stranger::Host`] if `Host` is missing, repeated, unknown, or differs from the authority of the
    /// request's URI. Returns [`Stranger::Origin`] if `Origin` is not an origin of this server (`null` is not), or if
    /// the method is not safe and `Sec-Fetch-Site` is other than `same-origin`.
    pub fn check(&self, request: &Parts) -> Result<(), Stranger> {
        let mut hosts = request.headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Stranger::Host) };
        let host = host.to_str().ok().and_then(Site::parse).ok_or(Stranger::Host)?;
        let same = |authority: &Authority| Site::parse(authority.as_str()).is_some_and(|site| site == host);
        if !self.names.contains(&host.name) || !request.uri.authority().is_none_or(same) {
            return Err(Stranger::Host);
        }
        let own = |origin: &str| {
            self.public.as_deref() == Some(origin) || Origin::parse(origin).is_some_and(|origin| origin.is_of(&host))
        };
        let all = |name: HeaderName, holds: &dyn Fn(&str) -> bool| {
            request.headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(holds))
        };
        let same_site = request.method.is_safe() || all(SEC_FETCH_SITE, &|site| site == "same-origin");
        if all(ORIGIN, &own) && same_site { Ok(()) } else { Err(Stranger::Origin) }
    }
}

#[cfg(test)]
mod tests;
