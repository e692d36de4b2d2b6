//! Secrets. The bank's are declared by `bunq-client`; these are ours. None can be printed or serialized by accident. A
//! secret is stored through [`super::sealing`] or in Secrets Manager, where the code names it explicitly.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
pub use bunq_client::types::secret::*;
use bunq_client::{random_secrets, secrets};

secrets! {
    /// The secret that binds a browser to the consent that it began. The browser keeps it in a cookie.
    BrowserSecret,
    /// The ticket that opens a consent that an API key requested. It works in one browser.
    ConsentTicket,
    /// The proof that an application presents to claim the consent that it requested. It works once.
    ClaimProof,
    /// A key that seals attributes in the tables: base64 of 32 bytes.
    SealingKey,
    /// What signs the messages to an endpoint of webhooks: a secret (`whsec_`) or a private key (`whsk_`).
    WebhookSecret,
    /// The token in an address to which the bank sends callbacks. It names the customer.
    CallbackToken,
    /// A key that makes and checks callback tokens: base64 of 32 bytes.
    CallbackKey,
    /// The API key of a caller of this API (`Authorization: Bearer`).
    ApiKey,
}

random_secrets!(BrowserSecret, ConsentTicket, ClaimProof);

impl SealingKey {
    /// Returns a new key of 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        Self(STANDARD.encode(rand::random::<[u8; 32]>()).into())
    }
}

impl CallbackKey {
    /// Returns a new key of 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        Self(STANDARD.encode(rand::random::<[u8; 32]>()).into())
    }
}

impl CallbackToken {
    /// Returns the token of these bytes, in base64url.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }
}

impl ApiKey {
    /// Returns a new key of 256 random bits, with the prefix `tpp_` by which scanners for leaked secrets recognise it.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("tpp_{}", random_text()).into())
    }
}
