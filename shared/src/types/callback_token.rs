//! The token in the address at which the bank calls us about a customer. It is stateless: it contains the customer's
//! id, and an HMAC that only a holder of the key can make. A stranger who learns it can make us read one customer's
//! newest objects, and nothing else.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::ids::UserId;

/// What separates these HMACs from those of any other use of a key.
const PURPOSE: &[u8] = b"bunq-hook";
/// How many bytes of an HMAC the token contains: 128 of its 256 bits.
const LENGTH: usize = 16;

/// A token: base64url without padding of the number of the key, the customer's id and 16 bytes of the HMAC. It has 44
/// characters.
#[derive(Clone)]
pub struct CallbackToken(String);

bunq_client::redacted!(CallbackToken);

impl CallbackToken {
    /// Returns the token in plain text. Only for the address that the bank is given.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The keys that make tokens, by their number. The current one makes them; tokens of every key are valid.
#[derive(Clone)]
pub struct CallbackKeys {
    current: u8,
    keys: BTreeMap<u8, Hmac<Sha256>>,
}

bunq_client::redacted!(CallbackKeys);

impl CallbackKeys {
    /// Returns the keys. `current` is the number of the one that makes tokens. Returns `None` if there is no such key.
    pub fn new<'a>(current: u8, keys: impl Iterator<Item = (u8, &'a [u8])>) -> Option<Self> {
        let keys = keys.map(|(number, key)| Some((number, Hmac::new_from_slice(key).ok()?)));
        let keys = keys.collect::<Option<BTreeMap<_, _>>>()?;
        keys.contains_key(&current).then_some(Self { current, keys })
    }

    /// Returns a customer's token, made with the current key. Returns `None` if there is no such key.
    #[must_use]
    pub fn token(&self, user_id: UserId) -> Option<CallbackToken> {
        let id = *Uuid::from(user_id).as_bytes();
        let mac = self.keys.get(&self.current)?.clone().chain_update(PURPOSE).chain_update([self.current]);
        let mac = mac.chain_update(id).finalize().into_bytes();
        let bytes = [self.current].into_iter().chain(id).chain(mac.into_iter().take(LENGTH));
        Some(CallbackToken(URL_SAFE_NO_PAD.encode(bytes.collect::<Vec<_>>())))
    }
}
