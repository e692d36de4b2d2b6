//! The identity of this deployment at the bank, read from the secrets and kept in memory for a minute.

use std::sync::Arc;

use crate::{
    bunq::{Installation, InstallationKey, PublicKey},
    config::Config,
    secrets::{InstallationSecret, OauthClientSecret, SealingSecret, Secrets, TppSecret},
    tpp::error::TppError,
    types::{
        bookmark::BookmarkKeys, cache::Cache, clock::Clock, deadline::Deadline, sealing::SealingKeys, secret::PspApiKey,
    },
};

/// What every call to the bank and every sealed item needs.
#[derive(Debug)]
pub struct Identity {
    /// The installation that signs our requests.
    pub installation: Installation,
    /// The TPP's own API key, if the bank has issued one.
    pub psp_api_key: Option<PspApiKey>,
    /// The keys that seal and open stored items.
    pub sealing: SealingKeys,
    /// The keys that seal what callers keep for a later request.
    pub bookmarks: BookmarkKeys,
}

/// What a request passes on to everything that it does. It reads the identity once: the memory may be refreshed at any
/// moment, so a second read could return another installation than the one of the request's session.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) identity: &'a Identity,
    pub(super) deadline: Deadline,
}

/// Reads the deployment's identity and its OAuth client.
pub struct Identities {
    config: Arc<Config>,
    secrets: Secrets,
    identity: Cache<(), Arc<Identity>>,
    oauth_client: Cache<(), Arc<OauthClientSecret>>,
}

impl Identities {
    /// Makes a reader of these secrets.
    pub(super) fn new(config: Arc<Config>, secrets: Secrets, clock: &Clock) -> Self {
        Self { config, secrets, identity: Cache::new(clock.clone()), oauth_client: Cache::new(clock.clone()) }
    }

    /// Returns the deployment's identity.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] before the setup made an installation, and other variants if a secret cannot
    /// be read or a key in it is invalid.
    pub async fn get(&self) -> Result<Arc<Identity>, TppError> {
        self.identity.get_or_load(&(), async || self.load().await).await
    }

    /// Removes the identity from memory, after the setup has saved another.
    pub(super) async fn forget(&self) {
        self.identity.forget(&()).await;
    }

    /// Returns the OAuth client that customers consent to.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] before the setup made one, and [`TppError::Secrets`] if the secret cannot be
    /// read.
    pub(super) async fn oauth_client(&self) -> Result<Arc<OauthClientSecret>, TppError> {
        let load = async || {
            let client = self.secrets.read::<OauthClientSecret>().await?;
            client.map(Arc::new).ok_or(TppError::NotOnboarded)
        };
        self.oauth_client.get_or_load(&(), load).await
    }

    /// Removes the OAuth client from memory, after the setup has saved another.
    pub(super) async fn forget_oauth_client(&self) {
        self.oauth_client.forget(&()).await;
    }

    async fn load(&self) -> Result<Arc<Identity>, TppError> {
        let (tpp, sealing) = tokio::try_join!(self.secrets.read::<TppSecret>(), self.secrets.read::<SealingSecret>())?;
        let (Some(tpp), Some(sealing)) = (tpp, sealing) else { return Err(TppError::NotOnboarded) };
        if tpp.environment != self.config.environment.as_str() {
            tracing::error!("the secrets belong to another BUNQ_ENVIRONMENT");
            return Err(TppError::NotOnboarded);
        }
        let installation = tpp.installation.as_ref().ok_or(TppError::NotOnboarded)?;
        Ok(Arc::new(Identity {
            installation: open_installation(installation)?,
            psp_api_key: tpp.psp.map(|psp| psp.api_key),
            sealing: sealing.keys()?,
            bookmarks: sealing.bookmarks()?,
        }))
    }
}

/// Reads the keys of an installation.
///
/// # Errors
/// Returns [`TppError::Key`] if a key in the secret is invalid.
pub(super) fn open_installation(secret: &InstallationSecret) -> Result<Installation, TppError> {
    Ok(Installation {
        id: secret.id,
        token: secret.token.clone(),
        key: InstallationKey::from_pem(&secret.private_key)?,
        server_key: PublicKey::from_pem(&secret.server_public_key)?,
    })
}
