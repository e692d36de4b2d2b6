//! The content of each secret. Each field is written by name, so that no derive exposes a secret by accident.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::types::{
    ids::{BunqUserId, CredentialPasswordIpId, DeviceServerId, InstallationId, OauthClientId},
    secret::{ClientId, ClientSecret, InstallationToken, PrivateKeyPem, PspApiKey, Secret as _},
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
    /// What a rotation has made so far. It is not in use yet. `None` if no rotation is in progress.
    pub next: Option<NextRegistration>,
}

/// What replaces parts of a [`TppSecret`] when the rotation that makes it has ended.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NextRegistration {
    /// The new installation. `None` if the one in use stays.
    pub installation: Option<InstallationSecret>,
    /// The TPP's new API key.
    pub psp: Option<PspSecret>,
    /// The device that the new API key is bound to.
    pub device: Option<DeviceRecord>,
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
    /// The fingerprint of the certificate that the key was issued for: SHA-256 in lower-case hex. `None` if an earlier
    /// version registered it.
    pub certificate: Option<String>,
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
        put_parts(&mut value, self.installation.as_ref(), self.psp.as_ref(), self.device.as_ref());
        if let Some(id) = self.psp_user_id {
            value["psp_user_id"] = json!(id);
        }
        if let Some(next) = &self.next {
            value["next"] = json!({});
            put_parts(&mut value["next"], next.installation.as_ref(), next.psp.as_ref(), next.device.as_ref());
        }
        value
    }
}

/// Writes the parts of a registration into a JSON object. Leaves out what does not exist.
fn put_parts(
    value: &mut Value,
    installation: Option<&InstallationSecret>,
    psp: Option<&PspSecret>,
    device: Option<&DeviceRecord>,
) {
    if let Some(installation) = installation {
        value["installation"] = json!({
            "id": installation.id,
            "token": installation.token.expose(),
            "private_key": installation.private_key.expose(),
            "server_public_key": installation.server_public_key,
            "created_at": installation.created_at,
        });
    }
    if let Some(psp) = psp {
        value["psp"] = json!({
            "credential_id": psp.credential_id,
            "api_key": psp.api_key.expose(),
            "created_at": psp.created_at,
        });
        if let Some(certificate) = &psp.certificate {
            value["psp"]["certificate"] = json!(certificate);
        }
    }
    if let Some(device) = device {
        value["device"] = json!({ "id": device.id });
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
