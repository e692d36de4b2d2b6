//! Addresses that may use the TPP's key at the bank.

use std::{fmt, net::Ipv4Addr, str::FromStr};

/// Why a text is not an address that the bank could see us from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IpError {
    /// Not an IPv4 address. bunq takes no other.
    #[error("must be an IPv4 address such as 185.40.108.7")]
    NotIpv4,
    /// An address of a private network, of this machine, or of no machine at all.
    #[error("must be a public address: the bank never sees us from {0} ones")]
    NotPublic(&'static str),
    /// Any address.
    #[error(
        "`*` lets anybody who has the key use it, and bunq's documents contradict each other on whether it works here; say ?allow_wildcard=true if you mean it"
    )]
    Wildcard,
}

/// A public IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicIpv4(Ipv4Addr);

impl FromStr for PublicIpv4 {
    type Err = IpError;

    fn from_str(text: &str) -> Result<Self, IpError> {
        if text == "*" {
            return Err(IpError::Wildcard);
        }
        let address = text.parse::<Ipv4Addr>().map_err(|_| IpError::NotIpv4)?;
        let [first, second, ..] = address.octets();
        let kind = match () {
            () if address.is_private() => "private",
            () if address.is_loopback() => "loopback",
            () if address.is_link_local() => "link-local",
            // RFC 6598: between a provider and its customers.
            () if first == 100 && (64..128).contains(&second) => "shared",
            () if first == 0 || address.is_broadcast() || first >= 240 => "reserved",
            () if address.is_multicast() => "multicast",
            () if address.is_documentation() => "documentation",
            () => return Ok(Self(address)),
        };
        Err(IpError::NotPublic(kind))
    }
}

impl fmt::Display for PublicIpv4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An address to permit, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermittedAddress {
    /// One.
    One(PublicIpv4),
    /// `*`
    Any,
}

impl fmt::Display for PermittedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(address) => address.fmt(f),
            Self::Any => f.write_str("*"),
        }
    }
}

/// Whether the bank takes calls from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpStatus {
    /// It does.
    Active,
    /// It does not.
    Inactive,
}

impl IpStatus {
    /// Its name at the bank.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

impl FromStr for IpStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ACTIVE" => Ok(Self::Active),
            "INACTIVE" => Ok(Self::Inactive),
            _ => Err("must be ACTIVE or INACTIVE"),
        }
    }
}
