//! What is inside each secret. Written by name, field by field, so that nothing is exposed by a derive.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Content;
use crate::types::{
    ids::{BunqUserId, CredentialPasswordIpId, DeviceServerId, InstallationId, OauthClientId},
    sealing::{SealError, SealingKeys},
    secret::{ClientId, ClientSecret, InstallationToken, PrivateKeyPem, PspApiKey, SealingKey, Secret as _},
};

/// How far this deployment has come at the bank. Each step adds a part.
#[derive(Clone, Debug, Deserialize)]
pub struct TppSecret {
    /// `sandbox` or `production`: the parts are worthless in the other world.
    pub environment: String,
    /// Our key pair and what the bank made of it.
    pub installation: Option<InstallationSecret>,
    /// The TPP's API key.
    pub psp: Option<PspSecret>,
    /// The device that the API key is bound to.
    pub device: Option<DeviceRecord>,
    /// The TPP's own user id at the bank, known since its first session.
    pub psp_user_id: Option<BunqUserId>,
}

/// An installation: our key pair, the bank's public key and the token that names both.
#[derive(Clone, Debug, Deserialize)]
pub struct InstallationSecret {
    /// Its id.
    pub id: InstallationId,
    /// Its token.
    pub token: InstallationToken,
    /// Our private key, PKCS#8 PEM.
    pub private_key: PrivateKeyPem,
    /// The bank's public key, SPKI PEM.
    pub server_public_key: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The TPP's API key.
#[derive(Clone, Debug, Deserialize)]
pub struct PspSecret {
    /// Under which the bank keeps its permitted addresses.
    pub credential_id: CredentialPasswordIpId,
    /// The key.
    pub api_key: PspApiKey,
    /// When the bank gave it; unused, it dies an hour later.
    pub created_at: Timestamp,
}

/// A registered device.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceRecord {
    /// Its id.
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

/// The app that customers consent to.
#[derive(Clone, Debug, Deserialize)]
pub struct OauthClientSecret {
    /// Its id at the bank.
    pub id: OauthClientId,
    /// Whose it is.
    pub psp_user_id: BunqUserId,
    /// Its public name.
    pub client_id: ClientId,
    /// Its password.
    pub client_secret: ClientSecret,
    /// The callback address that is known to be registered.
    pub callback_url: Option<String>,
    /// Whether this deployment has registered it: it may also have found it there.
    #[serde(default)]
    pub has_registered_callback_url: bool,
    /// Those that this deployment has registered and replaced since, and that are registered still.
    #[serde(default)]
    pub former_callback_urls: Vec<FormerCallbackUrl>,
}

/// A callback address that was replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FormerCallbackUrl {
    /// The address.
    pub url: String,
    /// When another one took its place.
    pub replaced_at: Timestamp,
}

impl OauthClientSecret {
    /// A client without a callback address.
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

    /// Notes the callback address that is used from now on, and whether this deployment has just registered it. The one
    /// before is to be taken away, unless somebody else has registered it.
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

/// The PSD2 certificate: in production the owner's QSEAL, put there by the owner; in the sandbox made by the setup.
#[derive(Clone, Debug, Deserialize)]
pub struct CertificateSecret {
    /// Its private key, PKCS#8 PEM.
    pub private_key: PrivateKeyPem,
    /// The leaf, PEM.
    pub certificate: String,
    /// Intermediate and root, in this order, without the leaf, PEM.
    pub chain: String,
}

impl Content for CertificateSecret {
    const NAME: &'static str = "psd2-certificate";

    fn expose(&self) -> Value {
        json!({ "private_key": self.private_key.expose(), "certificate": self.certificate, "chain": self.chain })
    }
}

/// The keys that seal tokens in the tables: by id, base64 of 32 bytes each.
#[derive(Clone, Debug, Deserialize)]
pub struct SealingSecret {
    current: String,
    keys: BTreeMap<String, SealingKey>,
}

impl SealingSecret {
    /// One new random key.
    #[must_use]
    pub fn generate() -> Self {
        // A name of its own, so that two keys made at once cannot be taken for each other.
        let id = format!("k{:08x}", rand::random::<u32>());
        Self { current: id.clone(), keys: BTreeMap::from([(id, SealingKey::random())]) }
    }

    /// The keys, ready for use.
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn keys(&self) -> Result<SealingKeys, SealError> {
        let keys = self
            .keys
            .iter()
            .map(|(id, key)| Ok((id.as_str(), STANDARD.decode(key.expose()).map_err(|_| SealError::Key)?)))
            .collect::<Result<Vec<_>, SealError>>()?;
        SealingKeys::new(&self.current, keys.iter().map(|(id, key)| (*id, key.as_slice())))
    }
}

impl Content for SealingSecret {
    const NAME: &'static str = "sealing-key";

    fn expose(&self) -> Value {
        let keys: BTreeMap<_, _> = self.keys.iter().map(|(id, key)| (id, key.expose())).collect();
        json!({ "current": self.current, "keys": keys })
    }
}
