//! What all secrets have in common.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The content of one secret: its name, how it is read (`Deserialize`) and how it is written.
pub trait Content: DeserializeOwned {
    /// The secret's name below the prefix.
    const NAME: &'static str;

    /// Returns the content as JSON, with all secret values in plain text. Only for Secrets Manager.
    fn expose(&self) -> Value;
}
