//! The list of addresses that may use an API key. Each address is active or inactive.
//!
//! The first device-server creates the list. Later the owner of the key adds addresses, and activates and deactivates
//! them. An address is never changed and never removed.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

const ANY: &str = "*";

/// The addresses that may use an API key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Permitted {
    /// The description of the device-server that bound the key.
    pub(crate) description: String,
    /// Whether the present addresses of the payment service provider decide, instead of an own list.
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

/// One IP address, or every address. The text form is that of the protocol.
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
    /// Reads an address that a client wants to permit.
    ///
    /// # Errors
    ///
    /// When the text is not an address, or an IPv6 address while the settings refuse these.
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

    /// The address that is shown where the protocol has room for one.
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
