//! Who we are at the bank: from the secrets, kept in memory for a minute.

use std::sync::Arc;

use super::{Tpp, TppError};
use crate::{
    bunq::{Installation, InstallationKey, PublicKey},
    secrets::{InstallationSecret, OauthClientSecret, SealingSecret, TppSecret},
    types::{sealing::SealingKeys, secret::PspApiKey},
};

/// What every call to the bank and every sealed item needs.
#[derive(Debug)]
pub struct Identity {
    /// The installation, as whose owner we sign.
    pub installation: Installation,
    /// The TPP's own API key, once the bank gave one.
    pub psp_api_key: Option<PspApiKey>,
    /// Opens and makes sealed items.
    pub sealing: SealingKeys,
}

impl Tpp {
    /// Who we are at the bank.
    ///
    /// # Errors
    /// [`TppError::NotOnboarded`] before the setup made an installation; or the secrets cannot be read.
    pub async fn identity(&self) -> Result<Arc<Identity>, TppError> {
        self.0.identity.get_or_load(&(), async || self.load_identity().await).await
    }

    async fn load_identity(&self) -> Result<Arc<Identity>, TppError> {
        let (tpp, sealing) =
            tokio::try_join!(self.0.secrets.read::<TppSecret>(), self.0.secrets.read::<SealingSecret>())?;
        let (Some(tpp), Some(sealing)) = (tpp, sealing) else { return Err(TppError::NotOnboarded) };
        if tpp.environment != self.0.config.environment.as_str() {
            tracing::error!("the secrets belong to another BUNQ_ENVIRONMENT");
            return Err(TppError::NotOnboarded);
        }
        let installation = tpp.installation.as_ref().ok_or(TppError::NotOnboarded)?;
        Ok(Arc::new(Identity {
            installation: open_installation(installation)?,
            psp_api_key: tpp.psp.map(|psp| psp.api_key),
            sealing: sealing.keys()?,
        }))
    }

    /// The app that customers consent to.
    ///
    /// # Errors
    /// [`TppError::NotOnboarded`] before the setup made one; or the secret cannot be read.
    pub(super) async fn oauth_client(&self) -> Result<Arc<OauthClientSecret>, TppError> {
        let load = async || {
            let client = self.0.secrets.read::<OauthClientSecret>().await?;
            client.map(Arc::new).ok_or(TppError::NotOnboarded)
        };
        self.0.oauth_client.get_or_load(&(), load).await
    }
}

pub(super) fn open_installation(secret: &InstallationSecret) -> Result<Installation, TppError> {
    Ok(Installation {
        id: secret.id,
        token: secret.token.clone(),
        key: InstallationKey::from_pem(&secret.private_key)?,
        server_key: PublicKey::from_pem(&secret.server_public_key)?,
    })
}
