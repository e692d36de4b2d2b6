//! Where an API key may be used from: a list of addresses, each of them active or not.
//!
//! The first device-server makes the list. Later the key's owner adds to it, and switches addresses off and on again;
//! an address is never changed and never removed.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

const ANY: &str = "*";

/// Where an API key may be used from.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Permitted {
    /// The words of the device-server that bound the key.
    pub(crate) description: String,
    /// Nothing of its own: the addresses of the payment service provider count, whatever they are at the time.
    pub(crate) of_provider: bool,
    pub(crate) addresses: Vec<PermittedIp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PermittedIp {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) address: Address,
    pub(crate) active: bool,
}

/// An IP address, or all of them. Its text is the protocol's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) enum Address {
    Any,
    Ip(IpAddr),
}

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum AddressError {
    #[error("\"{0}\" is neither an IP address nor \"*\".")]
    Unreadable(String),
    #[error("\"{0}\" is refused: only IPv4 addresses can be permitted.")]
    Version6(IpAddr),
}

impl Address {
    /// Reads an address that somebody wants permitted.
    pub(crate) fn read(text: &str, settings: &Settings) -> Result<Self, AddressError> {
        match Self::try_from(text.to_owned())? {
            Self::Ip(ip) if ip.is_ipv6() && !settings.ipv6_permitted_ips => Err(AddressError::Version6(ip)),
            address => Ok(address),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str(ANY),
            Self::Ip(ip) => ip.fmt(formatter),
        }
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == ANY {
            return Ok(Self::Any);
        }
        text.parse().map(Self::Ip).map_err(|_| AddressError::Unreadable(text))
    }
}

impl Permitted {
    pub(crate) fn bound(description: String, addresses: Vec<PermittedIp>) -> Self {
        Self { description, of_provider: false, addresses }
    }

    pub(crate) fn of_provider() -> Self {
        Self { of_provider: true, ..Self::default() }
    }

    pub(crate) fn allows(&self, ip: IpAddr) -> bool {
        self.addresses.iter().any(|permitted| {
            permitted.active
                && match permitted.address {
                    Address::Any => true,
                    Address::Ip(own) => own == ip,
                }
        })
    }

    /// The address that stands for all of them where only one is shown.
    pub(crate) fn shown(&self) -> Option<Address> {
        let active = || self.addresses.iter().filter(|permitted| permitted.active);
        let any = active().find(|permitted| permitted.address == Address::Any);
        any.or_else(|| active().next()).or(self.addresses.first()).map(|permitted| permitted.address)
    }
}

impl PermittedIp {
    pub(crate) fn new(id: u64, created: Timestamp, address: Address) -> Self {
        Self { id, created, updated: created, address, active: true }
    }
}
