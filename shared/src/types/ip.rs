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

/// The address to permit: a public IPv4 address, or every address, which bunq writes as `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermittedAddress(Option<Ipv4Addr>);

impl PermittedAddress {
    /// Every address.
    pub const ANY: Self = Self(None);
}

impl FromStr for PermittedAddress {
    type Err = IpError;

    fn from_str(text: &str) -> Result<Self, IpError> {
        if text == "*" {
            return Ok(Self::ANY);
        }
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
            () => return Ok(Self(Some(address))),
        };
        Err(IpError::NotPublic(kind))
    }
}

impl fmt::Display for PermittedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("*"),
        }
    }
}

bunq_client::words! {
    /// Whether the bank accepts calls from an address.
    IpStatus, &'static str = "must be ACTIVE or INACTIVE";
    /// The bank accepts calls from the address.
    Active = "ACTIVE",
    /// The bank does not accept calls from the address.
    Inactive = "INACTIVE",
}
