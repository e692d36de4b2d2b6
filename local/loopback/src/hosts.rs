//! For whom a server on loopback answers.
//!
//! A page may make its own name lead to 127.0.0.1 (DNS rebinding). Its requests are then of the same origin as the
//! page, and only the header `Host` still tells that they are for another server. A page of another origin cannot read
//! answers, but it can send requests that have effects; the browser names the page in the header `Origin`.

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

/// A text is not the name of a host.
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

    /// Reads a name as it stands in a URL: an IPv6 address in brackets.
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

/// A host and a port, as in the header `Host`.
#[derive(Debug, PartialEq, Eq)]
struct Site {
    name: Name,
    port: Option<u16>,
}

impl Site {
    fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        let host = authority.host();
        // What precedes the host is user information, which no client sends here.
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

/// The origin of a page: the scheme is only kept as its default port.
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

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stranger {
    /// It is for another server.
    #[error("the request is for a host that is not this server")]
    Host,
    /// A page of another site sent it.
    #[error("the request comes from a page of another site")]
    Origin,
}

/// The names that a server answers for.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: BTreeSet<Name>,
    /// The origin of the public address.
    public: Option<String>,
}

impl Hosts {
    /// The names of this machine (`localhost`, `127.0.0.1`, `[::1]`) and the address that the server listens on.
    #[must_use]
    pub fn of(listener: SocketAddr) -> Self {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), listener.ip()];
        let localhost = Name(Host::Domain("localhost".to_owned()));
        Self { names: addresses.into_iter().map(Name::from).chain([localhost]).collect(), public: None }
    }

    /// More names, such as those by which containers know this machine.
    #[must_use]
    pub fn with(mut self, names: impl IntoIterator<Item = Name>) -> Self {
        self.names.extend(names);
        self
    }

    /// The public address of a server behind a tunnel: its host is known, and pages of this origin are its own.
    #[must_use]
    pub fn behind(mut self, host: Name, origin: &str) -> Self {
        self.names.insert(host);
        self.public = Some(origin.to_owned());
        self
    }

    /// Checks the host that a request is for, and the page that it comes from if a browser sent it.
    ///
    /// # Errors
    /// [`Stranger::Host`] where `Host` is missing, repeated, unknown, or differs from the request's own address;
    /// [`Stranger::Origin`] where `Origin` is not an origin of this server (`null` is none), or where a request that
    /// may have an effect has a `Sec-Fetch-Site` other than `same-origin`.
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
