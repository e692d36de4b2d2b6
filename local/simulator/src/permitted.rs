//! Where an API key may be used from: a list of addresses, each of them active or not.
//!
//! The first device-server makes the list. Later the key's owner adds to it, and switches addresses off and on again;
//! an address is never changed and never removed.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::books::{Books, Owner};
use crate::settings::Settings;
use crate::wire::refusal::Refusal;

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

#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("the key has no list yet; its first device-server makes it.")]
    NotBound,
    #[error("\"{0}\" is on the list; its status can be changed.")]
    Listed(Address),
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

impl From<AddressError> for Refusal {
    fn from(error: AddressError) -> Self {
        Self::unrecorded(400, error.to_string())
    }
}

impl From<ListError> for Refusal {
    fn from(error: ListError) -> Self {
        Self::unrecorded(400, error.to_string())
    }
}

impl Permitted {
    pub(crate) fn bound(description: String, addresses: Vec<PermittedIp>) -> Self {
        Self { description, of_provider: false, addresses }
    }

    pub(crate) fn of_provider() -> Self {
        Self { of_provider: true, ..Self::default() }
    }

    fn allows(&self, ip: IpAddr) -> bool {
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

/// Whether a list lets the key of this owner be used by an installation from an address.
pub(crate) fn allows(books: &Books, permitted: &Permitted, owner: &Owner, installation_id: u64, ip: IpAddr) -> bool {
    if permitted.of_provider {
        of_provider(books, owner, installation_id).any(|permitted| permitted.allows(ip))
    } else {
        permitted.allows(ip)
    }
}

/// The lists of the keys that a consent's payment service provider registered at an installation. None for a key that
/// is no consent's.
pub(crate) fn of_provider<'a>(
    books: &'a Books,
    owner: &Owner,
    installation_id: u64,
) -> impl Iterator<Item = &'a Permitted> {
    let provider = match owner {
        Owner::Consent { user_api_key_id, .. } => books.user_api_key(*user_api_key_id).map(|key| key.psp_user_id),
        Owner::Psp { .. } | Owner::Customer { .. } => None,
    };
    let here = books.devices.iter().filter(move |device| device.installation_id == installation_id);
    here.filter_map(|device| books.credential(device.credential_id))
        .filter(move |other| provider.is_some_and(|psp_user_id| other.owner == Owner::Psp { psp_user_id }))
        .filter_map(|other| other.permitted.as_ref())
}

/// Puts an address on a key's list; its id.
pub(crate) fn add(bank: &mut Bank, credential_id: u64, address: Address, active: bool) -> Result<u64, ListError> {
    let (id, now) = (bank.books.new_id(), bank.now());
    let permitted = bank.books.credential_mut(credential_id).and_then(|credential| credential.permitted.as_mut());
    let permitted = permitted.ok_or(ListError::NotBound)?;
    if permitted.addresses.iter().any(|listed| listed.address == address) {
        return Err(ListError::Listed(address));
    }
    permitted.addresses.push(PermittedIp { active, ..PermittedIp::new(id, now, address) });
    Ok(id)
}

/// Switches an address of a key's list on or off.
pub(crate) fn set_active(bank: &mut Bank, credential_id: u64, id: u64, active: bool) {
    let now = bank.now();
    let permitted = bank.books.credential_mut(credential_id).and_then(|credential| credential.permitted.as_mut());
    let listed = permitted.and_then(|permitted| permitted.addresses.iter_mut().find(|listed| listed.id == id));
    if let Some(listed) = listed {
        listed.active = active;
        listed.updated = now;
    }
}
