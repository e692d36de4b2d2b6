//! The tokens in the addresses to which the bank sends callbacks. A token names a customer, and proves that this
//! deployment gave the address away. It is not stored: it consists of the customer's id and an HMAC of it, so it can be
//! made again, and a function that checks it needs no table.
//!
//! A token opens nothing. A stranger who has one can only make this deployment read what is new of one customer.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{ids::UserId, secret::CallbackToken};

/// Separates these HMACs from all others.
const PURPOSE: &[u8] = b"bunq-hook";
/// How many bytes the id of a customer has.
const ID_LENGTH: usize = 16;
/// How many bytes of an HMAC are in a token: 128 of its 256 bits.
const TAG_LENGTH: usize = 16;

/// The keys of callback tokens, by their number. The current one makes tokens, and all of them are valid. A rotation
/// keeps the key before, because filters at the bank still name its tokens.
#[derive(Clone)]
pub struct CallbackKeys {
    current: u8,
    keys: BTreeMap<u8, Hmac<Sha256>>,
}

bunq_client::redacted!(CallbackKeys);

impl CallbackKeys {
    /// How many keys are valid at the same time at most.
    pub const MOST: usize = 2;

    /// Makes the keys ready for use. Returns `None` if there is no current key, or there are too many.
    pub(crate) fn new<'a>(current: u8, keys: impl Iterator<Item = (u8, &'a [u8])>) -> Option<Self> {
        let keys: BTreeMap<_, _> =
            keys.map(|(id, key)| Some((id, Hmac::new_from_slice(key).ok()?))).collect::<Option<_>>()?;
        (keys.contains_key(&current) && keys.len() <= Self::MOST).then_some(Self { current, keys })
    }

    /// Returns the token of a customer, made with the current key.
    pub(crate) fn token(&self, user_id: UserId) -> Option<CallbackToken> {
        let tag = self.mac(self.current, user_id)?.finalize().into_bytes();
        let tag = tag.get(..TAG_LENGTH)?;
        let bytes = [[self.current].as_slice(), &user_id.to_bytes(), tag].concat();
        Some(CallbackToken::of_bytes(&bytes))
    }

    /// Returns the customer of a token, or `None` if no valid key made it. The time of the comparison reveals nothing.
    pub(crate) fn customer(&self, token: &str) -> Option<UserId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (key, rest) = bytes.split_first()?;
        let (id, tag) = rest.split_first_chunk::<ID_LENGTH>()?;
        let user_id = UserId::of_bytes(*id);
        let is_whole = tag.len() == TAG_LENGTH;
        self.mac(*key, user_id)?.verify_truncated_left(tag).ok().filter(|()| is_whole).map(|()| user_id)
    }

    /// Returns whether a text has the form of a token, of a key that is not among these.
    pub(crate) fn may_be_of_another(&self, token: &str) -> bool {
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        bytes.len() == 1 + ID_LENGTH + TAG_LENGTH && bytes.first().is_some_and(|key| !self.keys.contains_key(key))
    }

    fn mac(&self, key: u8, user_id: UserId) -> Option<Hmac<Sha256>> {
        let mac = self.keys.get(&key)?.clone();
        Some(mac.chain_update(PURPOSE).chain_update([key]).chain_update(user_id.to_bytes()))
    }
}
