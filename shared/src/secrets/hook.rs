//! The secret with the keys that make callback tokens.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shapes::Content;
use crate::types::{
    callback_token::CallbackKeys,
    sealing::SealError,
    secret::{SealingKey, Secret as _},
};

/// The keys that make callback tokens: base64 of 32 bytes each, by a number from 0 to 255. `current` is the number of
/// the key that makes them; a second key keeps the tokens of an earlier one valid.
#[derive(Clone, Deserialize)]
pub struct HookSecret {
    current: u8,
    keys: BTreeMap<u8, SealingKey>,
}

bunq_client::redacted!(HookSecret);

impl HookSecret {
    /// Returns a secret with one new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, SealingKey::random())]) }
    }

    /// Returns the keys, ready for use.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64, or there is no key with the number `current`.
    pub fn keys(&self) -> Result<CallbackKeys, SealError> {
        let decode = |(number, key): (&u8, &SealingKey)| {
            let key = STANDARD.decode(key.expose()).map_err(|_| SealError::Key)?;
            Ok((*number, key))
        };
        let keys = self.keys.iter().map(decode).collect::<Result<Vec<_>, SealError>>()?;
        let keys = keys.iter().map(|(number, key)| (*number, key.as_slice()));
        CallbackKeys::new(self.current, keys).ok_or(SealError::Key)
    }
}

impl Content for HookSecret {
    const NAME: &'static str = "hook-key";

    fn expose(&self) -> Value {
        let keys: BTreeMap<_, _> = self.keys.iter().map(|(number, key)| (number, key.expose())).collect();
        json!({ "current": self.current, "keys": keys })
    }
}
