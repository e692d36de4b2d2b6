//! Where receivers may be.

use std::net::IpAddr;

use crate::address::is_public;

/// Where receivers may be. There is no default: a program says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// On the public internet, over https.
    Public(Ports),
    /// As [`Receivers::PUBLIC`], and on this machine: `localhost` and loopback addresses, over http or https, on any
    /// port. Only for development.
    Loopback,
}

/// The ports of public receivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Port 443.
    Https,
    /// Any port.
    Any,
}

impl Receivers {
    /// Receivers on the public internet, over https, on port 443.
    pub const PUBLIC: Self = Self::Public(Ports::Https);

    pub(crate) const fn ports(self) -> Ports {
        match self {
            Self::Public(ports) => ports,
            Self::Loopback => Ports::Https,
        }
    }

    pub(crate) const fn permit_loopback(self) -> bool {
        match self {
            Self::Public(_) => false,
            Self::Loopback => true,
        }
    }

    /// Returns whether a connection to `address` is permitted if the system's resolver returned it for `name`. A name
    /// of this machine may have a loopback address only, and any other name a public address only.
    pub(crate) fn permit(self, name: &str, address: IpAddr) -> bool {
        if is_loopback_name(name) { self.permit_loopback() && address.is_loopback() } else { is_public(address) }
    }
}

/// Returns whether a name means this machine (RFC 6761 section 6.3).
pub(crate) fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}
