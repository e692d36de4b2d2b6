//! Whether an API key may be used from an address, and how its list of addresses changes.

use std::net::IpAddr;

use crate::bank::Bank;
use crate::records::books::{Books, Owner};
use crate::records::permitted::{Address, AddressError, Permitted, PermittedIp};
use crate::wire::refusal::Refusal;

#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("the key has no list yet; its first device-server makes it.")]
    NotBound,
    #[error("\"{0}\" is on the list; its status can be changed.")]
    Listed(Address),
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
