//! The secret with the keys of callback tokens.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shapes::Content;
use crate::types::{
    callback_token::CallbackKeys,
    sealing::SealError,
    secret::{CallbackKey, Secret as _},
};

/// The keys of callback tokens: base64 of 32 bytes each, by number. `current` is the number of the key that makes
/// tokens; all of them, two at most, are valid. It is a secret of its own, because the function that strangers can call
/// reads it and must not open anything else.
#[derive(Clone, Deserialize)]
pub struct HookSecret {
    current: u8,
    keys: BTreeMap<u8, CallbackKey>,
}

bunq_client::redacted!(HookSecret);

impl HookSecret {
    /// Returns a secret with one new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, CallbackKey::random())]) }
    }

    /// Returns the keys, ready for use.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64 of 32 bytes, if there is no key with the number `current`, or
    /// if there are more than two.
    pub fn keys(&self) -> Result<CallbackKeys, SealError> {
        let decode = |key: &CallbackKey| STANDARD.decode(key.expose()).ok().filter(|bytes| bytes.len() == 32);
        let decoded: Option<Vec<_>> = self.keys.iter().map(|(id, key)| Some((*id, decode(key)?))).collect();
        let decoded = decoded.ok_or(SealError::Key)?;
        let keys = decoded.iter().map(|(id, key)| (*id, key.as_slice()));
        CallbackKeys::new(self.current, keys).ok_or(SealError::Key)
    }
}

impl Content for HookSecret {
    const NAME: &'static str = "hook-key";

    fn expose(&self) -> Value {
        let keys: BTreeMap<_, _> = self.keys.iter().map(|(id, key)| (id.to_string(), key.expose())).collect();
        json!({ "current": self.current, "keys": keys })
    }
}
