//! Random secrets and ids, and ids that are the same on every start.

use rsa::rand_core::{OsRng, RngCore as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// 64 lowercase hexadecimal digits, the form of every token of this bank.
pub(crate) fn token() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID that is always the same for one `name`, for the objects that the bank starts with.
pub(crate) fn steady_uuid(name: &str) -> Uuid {
    let digest = Sha256::digest(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// An API key for a customer, always the same for one `name`. Keys of the bank's sandbox have this form.
pub(crate) fn steady_api_key(name: &str) -> String {
    let digest = Sha256::digest(format!("API key of {name}").as_bytes());
    let digits: String = digest.iter().take(28).map(|byte| format!("{byte:02x}")).collect();
    format!("sandbox_{digits}")
}

/// A random UUID.
pub(crate) fn uuid() -> Uuid {
    Uuid::new_v4()
}
