//! The identity of this deployment at the bank, read from the secrets and kept in memory. It changes when an operator
//! runs the setup or rotates a key, so it is read again every ten minutes, and when the bank does not know it.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    bunq::{Installation, InstallationKey, PublicKey},
    config::Config,
    secrets::{InstallationSecret, OauthClientSecret, SealingSecret, Secrets, SecretsError, TppSecret, VersionId},
    tpp::error::TppError,
    types::{
        bookmark::BookmarkKeys,
        cache::{Cache, Trust},
        clock::Clock,
        deadline::Deadline,
        sealing::SealingKeys,
        secret::PspApiKey,
    },
};

/// How long the identity is trusted before it is read again.
const TRUSTED_FOR: Duration = Duration::from_secs(600);
/// How long it is trusted further if Secrets Manager does not answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after the last read it still seals records and connections. It is shorter than the time after which a
/// rotated sealing key becomes the current one.
const SEALS_FOR: SignedDuration = SignedDuration::from_mins(11);

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
    /// The versions of the secrets that it was read from.
    pub versions: [VersionId; 2],
    /// When the secrets were read.
    pub read_at: Timestamp,
}

/// What a request passes on to everything that it does. It reads the identity once: the memory may be refreshed at any
/// moment, so a second read could return another installation than the one of the request's session.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) identity: &'a Identity,
    pub(super) deadline: Deadline,
    /// Which sessions in memory the request may use.
    pub(super) trust: Trust,
}

impl<'a> Context<'a> {
    /// Returns the context of a request that trusts recent sessions only.
    pub(super) const fn new(identity: &'a Identity, deadline: Deadline) -> Self {
        Self { identity, deadline, trust: Trust::Recent }
    }
}

/// Reads the deployment's identity and its OAuth client.
pub struct Identities {
    config: Arc<Config>,
    secrets: Secrets,
    identity: Cache<(), Arc<Identity>>,
    oauth_client: Cache<(), Arc<OauthClientSecret>>,
    clock: Clock,
}

impl Identities {
    /// Makes a reader of these secrets.
    pub(super) fn new(config: Arc<Config>, secrets: Secrets, clock: &Clock) -> Self {
        Self {
            config,
            secrets,
            identity: Cache::trusting(TRUSTED_FOR, clock.clone()),
            oauth_client: Cache::new(clock.clone()),
            clock: clock.clone(),
        }
    }

    /// Returns the deployment's identity, of any age if it is in memory. For requests that
    /// [`Freshness`](super::Freshness) has prepared.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] before the setup made an installation, and other variants if a secret cannot
    /// be read or a key in it is invalid.
    pub async fn get(&self) -> Result<Arc<Identity>, TppError> {
        self.identity.get_or_load(&(), Trust::AnyAge, async || self.load().await).await
    }

    /// Returns the deployment's identity, which was read from the secrets within the last ten minutes. If Secrets
    /// Manager does not answer, an older identity is trusted for another minute.
    ///
    /// # Errors
    /// Returns the errors of [`Self::get`].
    pub async fn recent(&self) -> Result<Arc<Identity>, TppError> {
        if self.held().await.is_some() && !self.is_recent().await {
            return self.read_again().await;
        }
        self.identity.get_or_load(&(), Trust::Recent, async || self.load().await).await
    }

    /// Returns the deployment's identity for a request that seals a record or a connection. A process that could not
    /// read the secrets for long does not know the current key, and would take what another process has sealed for
    /// lost.
    ///
    /// # Errors
    /// Returns [`TppError::Secrets`] if the secrets were last read more than eleven minutes ago and cannot be read now,
    /// and the errors of [`Self::get`].
    pub(super) async fn for_sealing(&self) -> Result<Arc<Identity>, TppError> {
        let identity = self.recent().await?;
        if self.clock.now().duration_since(identity.read_at) < SEALS_FOR {
            return Ok(identity);
        }
        let read = self.load().await?;
        self.identity.open(&()).await.keep(Arc::clone(&read), read.read_at);
        Ok(read)
    }

    /// Returns whether the identity is in memory and was read within the last ten minutes.
    pub(super) async fn is_recent(&self) -> bool {
        self.identity.open(&()).await.value(Trust::Recent).is_some()
    }

    /// Returns the identity that is in memory, of any age.
    pub(super) async fn held(&self) -> Option<Arc<Identity>> {
        self.identity.open(&()).await.value(Trust::AnyAge)
    }

    /// Reads the secrets again if ten minutes have passed. Returns whether `used` is still the identity.
    pub(super) async fn check(&self, used: &Identity) -> bool {
        let recent = self.identity.open(&()).await.value(Trust::Recent);
        let current = match recent {
            Some(recent) => Ok(recent),
            None => self.read_again().await,
        };
        current
            .inspect_err(|error| tracing::warn!(%error, "the secrets are not usable any more"))
            .is_ok_and(|current| current.versions == used.versions)
    }

    /// Reads the secrets. The entry in memory stays unlocked meanwhile, because other requests need it. If Secrets
    /// Manager does not answer, the identity in memory is trusted for another minute. After any other error it is
    /// removed from memory.
    async fn read_again(&self) -> Result<Arc<Identity>, TppError> {
        let asked_at = self.clock.now();
        let read = self.load().await;
        let mut place = self.identity.open(&()).await;
        match (read, place.value(Trust::AnyAge)) {
            (Ok(identity), _) => {
                place.correct(Some(Arc::clone(&identity)), asked_at);
                Ok(place.value(Trust::AnyAge).unwrap_or(identity))
            }
            (Err(TppError::Secrets(SecretsError::Unavailable(cause))), Some(held)) => {
                tracing::warn!(cause, "the secrets could not be read again");
                place.keep(Arc::clone(&held), asked_at - (TRUSTED_FOR - PATIENCE));
                Ok(held)
            }
            (Err(error), _) => {
                place.correct(None, asked_at);
                Err(error)
            }
        }
    }

    /// Reads the secrets again, because the bank does not know the installation of `used`. Returns the identity if
    /// there is another one now.
    ///
    /// # Errors
    /// Returns the errors of [`Self::get`].
    pub(super) async fn other_than(&self, used: &Identity) -> Result<Option<Arc<Identity>>, TppError> {
        let mut place = self.identity.open(&()).await;
        let is_other = |identity: &Arc<Identity>| identity.installation.id != used.installation.id;
        if let Some(other) = place.value(Trust::AnyAge).filter(is_other) {
            return Ok(Some(other));
        }
        let asked_at = self.clock.now();
        let read = self.load().await?;
        place.keep(Arc::clone(&read), asked_at);
        Ok(Some(read).filter(is_other))
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
        self.oauth_client.get_or_load(&(), Trust::Recent, load).await
    }

    /// Removes the OAuth client from memory, after the setup has saved another.
    pub(super) async fn forget_oauth_client(&self) {
        self.oauth_client.forget(&()).await;
    }

    async fn load(&self) -> Result<Arc<Identity>, TppError> {
        let read_at = self.clock.now();
        let tpp = self.secrets.read_version::<TppSecret>();
        let (tpp, sealing) = tokio::try_join!(tpp, self.secrets.read_version::<SealingSecret>())?;
        let (Some((tpp, version)), Some((sealing, sealing_version))) = (tpp, sealing) else {
            return Err(TppError::NotOnboarded);
        };
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
            versions: [version, sealing_version],
            read_at,
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
