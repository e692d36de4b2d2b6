//! Checks whether an API key may be used from an address, and changes its list of addresses.

use std::net::IpAddr;

use crate::bank::Bank;
use crate::records::books::{Books, Owner};
use crate::records::permitted::{Address, AddressError, Permitted, PermittedIp};
use crate::wire::refusal::UnrecordedError;

#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("the key has no list yet; its first device-server makes it.")]
    NotBound,
    #[error("\"{0}\" is on the list; its status can be changed.")]
    Listed(Address),
}

impl UnrecordedError for AddressError {}
impl UnrecordedError for ListError {}

/// Whether a list permits this address for the key of this owner at an installation.
pub(crate) fn allows(books: &Books, permitted: &Permitted, owner: &Owner, installation_id: u64, ip: IpAddr) -> bool {
    if permitted.of_provider {
        of_provider(books, owner, installation_id).any(|permitted| permitted.allows(ip))
    } else {
        permitted.allows(ip)
    }
}

/// The address lists of a consent's payment service provider, for the keys that it registered at an installation. Empty
/// for a key that is not a consent's.
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

/// Adds an address to the list of a key, and returns its id.
///
/// # Errors
///
/// When the key has no list yet, or the list has the address already.
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

/// Activates or deactivates an address of a key's list.
pub(crate) fn set_active(bank: &mut Bank, credential_id: u64, id: u64, active: bool) {
    let now = bank.now();
    let permitted = bank.books.credential_mut(credential_id).and_then(|credential| credential.permitted.as_mut());
    let listed = permitted.and_then(|permitted| permitted.addresses.iter_mut().find(|listed| listed.id == id));
    if let Some(listed) = listed {
        listed.active = active;
        listed.updated = now;
    }
}
