//! The content of each secret. Each field is written by name, so that no derive exposes a secret by accident.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::types::{
    bookmark::BookmarkKeys,
    ids::{BunqUserId, CredentialPasswordIpId, DeviceServerId, InstallationId, OauthClientId},
    sealing::{SealError, SealingKeys},
    secret::{ClientId, ClientSecret, InstallationToken, PrivateKeyPem, PspApiKey, SealingKey, Secret as _},
};

/// The content of one secret: its name, how it is read (`Deserialize`) and how it is written.
pub trait Content: DeserializeOwned {
    /// The secret's name below the prefix.
    const NAME: &'static str;

    /// Returns the content as JSON, with all secret values in plain text. Only for Secrets Manager.
    fn expose(&self) -> Value;
}

/// The TPP's registration at the bank. Each step of the setup adds a part; `None` means that the step is still to come.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TppSecret {
    /// The bunq environment, `sandbox` or `production`. The parts are invalid in the other one.
    pub environment: String,
    /// The installation at the bank.
    pub installation: Option<InstallationSecret>,
    /// The TPP's API key.
    pub psp: Option<PspSecret>,
    /// The device that the API key is bound to.
    pub device: Option<DeviceRecord>,
    /// The TPP's own user id at the bank, known since its first session.
    pub psp_user_id: Option<BunqUserId>,
}

/// An installation at the bank: our key pair, the bank's public key, and the token that identifies both.
#[derive(Clone, Debug, Deserialize)]
pub struct InstallationSecret {
    /// The id of the installation.
    pub id: InstallationId,
    /// The token of the installation.
    pub token: InstallationToken,
    /// Our private key, PKCS#8 PEM.
    pub private_key: PrivateKeyPem,
    /// The bank's public key, SPKI PEM.
    pub server_public_key: String,
    /// When the installation was created.
    pub created_at: Timestamp,
}

/// The TPP's API key.
#[derive(Clone, Debug, Deserialize)]
pub struct PspSecret {
    /// The credential-password-ip under which the bank keeps the permitted addresses of the key.
    pub credential_id: CredentialPasswordIpId,
    /// The key.
    pub api_key: PspApiKey,
    /// When the bank issued the key. An unused key expires an hour later.
    pub created_at: Timestamp,
}

/// A device that is registered at the bank.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceRecord {
    /// The id of the device.
    pub id: DeviceServerId,
}

impl Content for TppSecret {
    const NAME: &'static str = "tpp";

    fn expose(&self) -> Value {
        let mut value = json!({ "environment": self.environment });
        if let Some(installation) = &self.installation {
            value["installation"] = json!({
                "id": installation.id,
                "token": installation.token.expose(),
                "private_key": installation.private_key.expose(),
                "server_public_key": installation.server_public_key,
                "created_at": installation.created_at,
            });
        }
        if let Some(psp) = &self.psp {
            value["psp"] = json!({
                "credential_id": psp.credential_id,
                "api_key": psp.api_key.expose(),
                "created_at": psp.created_at,
            });
        }
        if let Some(device) = &self.device {
            value["device"] = json!({ "id": device.id });
        }
        if let Some(id) = self.psp_user_id {
            value["psp_user_id"] = json!(id);
        }
        value
    }
}

/// The OAuth client that customers consent to.
#[derive(Clone, Debug, Deserialize)]
pub struct OauthClientSecret {
    /// The id of the client at the bank.
    pub id: OauthClientId,
    /// The TPP's user at the bank that owns the client.
    pub psp_user_id: BunqUserId,
    /// The OAuth `client_id`.
    pub client_id: ClientId,
    /// The OAuth `client_secret`.
    pub client_secret: ClientSecret,
    /// The callback URL in use, which is known to be registered. `None` before the setup has registered or found one.
    pub callback_url: Option<String>,
    /// Whether this deployment has registered the callback URL. Otherwise the setup found it registered.
    #[serde(default)]
    pub has_registered_callback_url: bool,
    /// Callback URLs that this deployment has registered and later replaced, and that are still registered.
    #[serde(default)]
    pub former_callback_urls: Vec<FormerCallbackUrl>,
}

/// A callback URL that was replaced by another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FormerCallbackUrl {
    /// The URL.
    pub url: String,
    /// When it was replaced.
    pub replaced_at: Timestamp,
}

impl OauthClientSecret {
    /// Returns a client without a callback URL.
    #[must_use]
    pub const fn new(
        id: OauthClientId,
        psp_user_id: BunqUserId,
        client_id: ClientId,
        client_secret: ClientSecret,
    ) -> Self {
        Self {
            id,
            psp_user_id,
            client_id,
            client_secret,
            callback_url: None,
            has_registered_callback_url: false,
            former_callback_urls: Vec::new(),
        }
    }

    /// Sets the callback URL in use. `is_new` states that this deployment has just registered it. A replaced URL
    /// becomes a former one, which the setup later removes at the bank, but only if this deployment had registered it.
    /// Changes this value only; the caller stores it.
    pub fn replace_callback_url(&mut self, url: String, is_new: bool, now: Timestamp) {
        let is_known = |former: &FormerCallbackUrl| former.url == url;
        let is_ours = is_new
            || self.former_callback_urls.iter().any(is_known)
            || (self.has_registered_callback_url && self.callback_url.as_ref() == Some(&url));
        self.former_callback_urls.retain(|former| !is_known(former));
        let was_ours = std::mem::replace(&mut self.has_registered_callback_url, is_ours);
        let replaced = self.callback_url.replace(url).filter(|replaced| self.callback_url.as_ref() != Some(replaced));
        if let Some(url) = replaced.filter(|_| was_ours) {
            self.former_callback_urls.push(FormerCallbackUrl { url, replaced_at: now });
        }
    }
}

impl Content for OauthClientSecret {
    const NAME: &'static str = "oauth-client";

    fn expose(&self) -> Value {
        json!({
            "id": self.id,
            "psp_user_id": self.psp_user_id,
            "client_id": self.client_id.expose(),
            "client_secret": self.client_secret.expose(),
            "callback_url": self.callback_url,
            "has_registered_callback_url": self.has_registered_callback_url,
            "former_callback_urls": self.former_callback_urls,
        })
    }
}

/// The PSD2 certificate. In production it is the operator's QSEAL certificate, which the operator stores; in the
/// sandbox the setup creates it.
#[derive(Clone, Debug, Deserialize)]
pub struct CertificateSecret {
    /// The certificate's private key, PKCS#8 PEM.
    pub private_key: PrivateKeyPem,
    /// The leaf certificate, PEM.
    pub certificate: String,
    /// The intermediate and the root certificate, in this order and without the leaf, PEM.
    pub chain: String,
}

impl Content for CertificateSecret {
    const NAME: &'static str = "psd2-certificate";

    fn expose(&self) -> Value {
        json!({ "private_key": self.private_key.expose(), "certificate": self.certificate, "chain": self.chain })
    }
}

/// The keys that seal attributes in the tables: base64 of 32 bytes each, by key id. `current` is the id of the key that
/// seals; all of them open.
#[derive(Clone, Debug, Deserialize)]
pub struct SealingSecret {
    current: String,
    keys: BTreeMap<String, SealingKey>,
}

impl SealingSecret {
    /// Returns a secret with one new random key.
    #[must_use]
    pub fn generate() -> Self {
        // A random id, so that two keys that are created at the same time are not mistaken for each other.
        let id = format!("k{:08x}", rand::random::<u32>());
        Self { current: id.clone(), keys: BTreeMap::from([(id, SealingKey::random())]) }
    }

    /// Returns the keys, ready for use.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64 of 32 bytes, if there is no key with the id `current`, or if
    /// an id contains `.` or `@`.
    pub fn keys(&self) -> Result<SealingKeys, SealError> {
        let keys = self.decoded()?;
        SealingKeys::new(&self.current, keys.iter().map(|(id, key)| (*id, key.as_slice())))
    }

    /// Returns the keys that are derived for bookmarks.
    ///
    /// # Errors
    /// Returns [`SealError::Key`] if a key is not base64.
    pub fn bookmarks(&self) -> Result<BookmarkKeys, SealError> {
        let keys = self.decoded()?;
        BookmarkKeys::derive(&self.current, keys.iter().map(|(id, key)| (*id, key.as_slice()))).ok_or(SealError::Key)
    }

    fn decoded(&self) -> Result<Vec<(&str, Vec<u8>)>, SealError> {
        let decode = |key: &SealingKey| STANDARD.decode(key.expose()).map_err(|_| SealError::Key);
        self.keys.iter().map(|(id, key)| Ok((id.as_str(), decode(key)?))).collect()
    }
}

impl Content for SealingSecret {
    const NAME: &'static str = "sealing-key";

    fn expose(&self) -> Value {
        let keys: BTreeMap<_, _> = self.keys.iter().map(|(id, key)| (id, key.expose())).collect();
        json!({ "current": self.current, "keys": keys })
    }
}
