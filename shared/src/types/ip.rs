//! IP addresses that may use the TPP's API key at the bank.

use std::{fmt, net::Ipv4Addr, str::FromStr};

/// Why a text is not an address from which the bank could receive calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IpError {
    /// The text is not an IPv4 address. bunq accepts no other.
    #[error("must be an IPv4 address such as 185.40.108.7")]
    NotIpv4,
    /// The address is not public. Holds its kind, such as `private` or `loopback`.
    #[error("must be a public address: the bank never receives calls from a {0} address")]
    NotPublic(&'static str),
    /// The text is `*`, which stands for any address. The caller must confirm it.
    #[error(
        "`*` permits every address, so anyone who has the key can use it, and bunq's documents contradict each other \
         on whether it works here; add ?allow_wildcard=true to confirm it"
    )]
    Wildcard,
}

/// A public IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicIpv4(Ipv4Addr);

impl FromStr for PublicIpv4 {
    type Err = IpError;

    fn from_str(text: &str) -> Result<Self, IpError> {
        let address = text.parse::<Ipv4Addr>().map_err(|_| IpError::NotIpv4)?;
        let [first, second, ..] = address.octets();
        let kind = match () {
            () if address.is_private() => "private",
            () if address.is_loopback() => "loopback",
            () if address.is_link_local() => "link-local",
            // RFC 6598: the network between a provider and its customers.
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

/// The address or addresses to permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermittedAddress {
    /// One address.
    One(PublicIpv4),
    /// Every address, which bunq writes as `*`.
    Any,
}

impl FromStr for PermittedAddress {
    type Err = IpError;

    fn from_str(text: &str) -> Result<Self, IpError> {
        if text == "*" { Ok(Self::Any) } else { text.parse().map(Self::One) }
    }
}

impl fmt::Display for PermittedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(address) => address.fmt(f),
            Self::Any => f.write_str("*"),
        }
    }
}

/// Whether the bank accepts calls from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpStatus {
    /// The bank accepts calls from the address.
    Active,
    /// The bank does not accept calls from the address.
    Inactive,
}

impl IpStatus {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Active, Self::Inactive];

    /// Returns the name of the status at the bank.
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
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or("must be ACTIVE or INACTIVE")
    }
}
