//! The job of a third-party provider: onboarding, consent, sessions, access. Joins the bank, the store and the secrets;
//! knows no HTTP server.

mod access;
mod address;
mod certificate;
mod connections;
mod consent;
mod egress;
mod error;
mod identity;
mod listed;
mod onboarding;
mod once;
mod order;
mod order_references;
mod session;

use std::{fmt, sync::Arc};

use jiff::Timestamp;

pub use access::AccessError;
pub use certificate::CertificateError;
pub use consent::{
    BeginConsent, CallbackParameters, ClaimError, Completed, Connected, ConsentAnswer, ConsentError, ConsentResult,
    ReturnTo, Start, StartError,
};
pub use egress::EgressReport;
pub use error::TppError;
pub use identity::Identity;
pub use onboarding::{AtBank, OnboardingError, OnboardingReport, Step, StepState};
pub use once::Started;
pub use order::Order;

use crate::{
    bunq::Bank,
    config::Config,
    secrets::{CertificateSecret, OauthClientSecret, Secrets},
    store::{ApiKeyRecord, Connection, SessionOwner, Store, StoredSession},
    types::{cache::Cache, clock::Clock, ids::UserId, workspace::Workspace},
};

/// A deployment at work. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Tpp(Arc<Parts>);

struct Parts {
    config: Config,
    bank: Bank,
    store: Store,
    secrets: Secrets,
    clock: Clock,
    address: address::OwnAddress,
    identity: Cache<(), Arc<Identity>>,
    oauth_client: Cache<(), Arc<OauthClientSecret>>,
    connections: Cache<(Workspace, UserId), Arc<Connection>>,
    sessions: Cache<SessionOwner, StoredSession>,
    api_keys: Cache<String, Arc<ApiKeyRecord>>,
}

impl Tpp {
    /// Joins the parts.
    #[must_use]
    pub fn new(config: Config, bank: Bank, store: Store, secrets: Secrets, clock: Clock) -> Self {
        Self(Arc::new(Parts {
            config,
            bank,
            store,
            secrets,
            address: address::OwnAddress::default(),
            identity: Cache::new(clock.clone()),
            oauth_client: Cache::new(clock.clone()),
            connections: Cache::new(clock.clone()),
            sessions: Cache::new(clock.clone()),
            api_keys: Cache::new(clock.clone()),
            clock,
        }))
    }

    /// What the deployment decided.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Stores the owner's PSD2 certificate in its secret, which the setup reads. An invalid one is refused, and the secret
    /// stays as it was.
    ///
    /// # Errors
    /// [`OnboardingError`] where the certificate is invalid, or Secrets Manager does not answer.
    pub async fn put_certificate(&self, certificate: &CertificateSecret) -> Result<(), OnboardingError> {
        certificate::check(certificate, self.0.config.environment, self.now())?;
        Ok(self.0.secrets.write(certificate).await?)
    }

    /// Loads what every request needs, so that the first does not wait for it. What is missing is said by that request.
    pub async fn warm(&self) {
        let _ = self.identity().await;
    }
}

impl fmt::Debug for Tpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tpp")
    }
}
