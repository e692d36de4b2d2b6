//! One run of the onboarding, step by step.

use jiff::SignedDuration;
use serde_json::json;

use super::{OnboardingError, OnboardingReport, Step, StepState, is_ours};
use crate::{
    bunq::{
        Create, Delete, Find, Installation, InstallationKey, List, One, Page,
        calls::{CallbackUrl, CallbackUrls, CreateInstallation, OauthClient, OauthClients},
    },
    config::BunqEnvironment,
    secrets::{
        CertificateSecret, Content, FormerCallbackUrl, InstallationSecret, OauthClientSecret, SealingSecret,
        SecretsError, TppSecret,
    },
    store::{NewApiKey, RunId, SessionOwner},
    tpp::{CertificateError, Tpp, access::note_created, certificate, identity::open_installation},
    types::{deadline::Deadline, ids::BunqUserId},
};

/// How long a callback address that was replaced is still taken: customers who are at the bank come back to it.
const KEPT_AFTER_REPLACEMENT: SignedDuration = SignedDuration::from_hours(24);

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) tpp: &'a Tpp,
    pub(super) run: RunId,
    pub(super) secret: TppSecret,
    pub(super) report: OnboardingReport,
    pub(super) observe: &'a (dyn Fn(Step, StepState) + Sync),
    pub(super) deadline: Deadline,
}

impl Run<'_> {
    /// Does every step that is missing. Where bunq's sandbox no longer knows what a run before has made there, all of
    /// that is made anew. In production never: bunq resets nothing there, and a refused permission must not replace a
    /// key that works.
    pub(super) async fn finish(mut self) -> Result<OnboardingReport, OnboardingError> {
        let is_sandbox = self.tpp.0.config.environment == BunqEnvironment::Sandbox;
        let can_be_reset = is_sandbox && self.secret.installation.is_some();
        match self.every_step().await {
            Err(OnboardingError::Tpp(error)) if can_be_reset && self.tpp.is_forgotten(&error, self.deadline).await => {
                tracing::warn!("onboarding: the bank no longer knows this deployment");
                (self.secret.installation, self.secret.psp) = (None, None);
                (self.secret.device, self.secret.psp_user_id) = (None, None);
                self.report.steps.clear();
                self.every_step().await?;
            }
            done => done?,
        }
        Ok(self.report)
    }

    async fn every_step(&mut self) -> Result<(), OnboardingError> {
        self.sealing_key().await?;
        let certificate = self.certificate().await?;
        let installation = self.installation().await?;
        let psp = self.psp_user(&installation, &certificate).await?;
        let client = self.oauth_client(psp).await?;
        self.callback_url(client).await?;
        self.api_key().await?;
        self.report.psp_user_id = Some(psp);
        Ok(())
    }

    pub(super) fn note(&mut self, step: Step, state: StepState) {
        (self.observe)(step, state);
        tracing::info!(?step, ?state, "onboarding");
        self.report.steps.push((step, state));
    }

    /// Before anything is made or saved: a run that was overtaken must not.
    pub(super) async fn still_mine(&self) -> Result<(), OnboardingError> {
        if self.tpp.0.store.is_onboarding(self.run).await? { Ok(()) } else { Err(OnboardingError::Superseded) }
    }

    async fn save(&self, content: &impl Content) -> Result<(), OnboardingError> {
        self.still_mine().await?;
        Ok(self.tpp.0.secrets.write(content).await?)
    }

    /// Saves how far we have come, and makes memory forget how far that was.
    pub(super) async fn save_progress(&self) -> Result<(), OnboardingError> {
        self.save(&self.secret).await?;
        self.tpp.0.identity.forget(&()).await;
        Ok(())
    }

    async fn sealing_key(&mut self) -> Result<(), OnboardingError> {
        // Never over one that is there: what it sealed would be lost.
        if self.tpp.0.secrets.read::<SealingSecret>().await?.is_some() {
            self.note(Step::SealingKey, StepState::Before);
        } else {
            self.save(&SealingSecret::generate()).await?;
            self.note(Step::SealingKey, StepState::Now);
        }
        Ok(())
    }

    async fn certificate(&mut self) -> Result<CertificateSecret, OnboardingError> {
        let environment = self.tpp.0.config.environment;
        let secret = || self.tpp.0.secrets.id(CertificateSecret::NAME);
        let read = self.tpp.0.secrets.read().await.map_err(|error| match error {
            // Its owner wrote it, and can mend it.
            SecretsError::Undecodable(_) => CertificateError::Malformed { secret: secret() }.into(),
            error => OnboardingError::from(error),
        })?;
        let (certificate, state) = match (read, environment) {
            (Some(certificate), _) => (certificate, StepState::Before),
            (None, BunqEnvironment::Production) => return Err(CertificateError::Missing { secret: secret() }.into()),
            (None, BunqEnvironment::Sandbox) => {
                let certificate = certificate::make(&self.tpp.0.config.tpp_name).await?;
                self.save(&certificate).await?;
                (certificate, StepState::Now)
            }
        };
        certificate::check(&certificate, environment, self.tpp.0.clock.now())?;
        self.report.certificate_valid_until = Some(certificate::valid_until(&certificate)?);
        self.note(Step::Certificate, state);
        Ok(certificate)
    }

    /// Key pair and installation are saved together: the bank takes a public key once, so a pair whose answer was lost
    /// is worthless, and an installation without its pair would be.
    async fn installation(&mut self) -> Result<Installation, OnboardingError> {
        if let Some(installation) = &self.secret.installation {
            let installation = open_installation(installation)?;
            self.note(Step::Installation, StepState::Before);
            return Ok(installation);
        }
        self.still_mine().await?;
        let key = InstallationKey::generate().await?;
        let call = CreateInstallation { client_public_key: key.public_pem()? };
        let made = self.tpp.0.bank.call_without_session(None, &call, self.deadline).await?;
        let secret = InstallationSecret {
            id: made.id,
            token: made.token,
            private_key: key.to_pem()?,
            server_public_key: made.server_public_key,
            created_at: self.tpp.0.clock.now(),
        };
        let installation = open_installation(&secret)?;
        self.secret.installation = Some(secret);
        self.save_progress().await?;
        self.note(Step::Installation, StepState::Now);
        Ok(installation)
    }

    async fn oauth_client(&mut self, user: BunqUserId) -> Result<OauthClientSecret, OnboardingError> {
        let known = self.tpp.0.secrets.read::<OauthClientSecret>().await?;
        let list = List::<OauthClients, Vec<OauthClient>>::new((), Page::LARGEST);
        let listed = self.tpp.call(SessionOwner::Tpp, &list, self.deadline).await?;
        // With a certificate of another name we are another user at the bank, whose client this is not.
        let known = known.filter(|client| client.psp_user_id == user);
        if let Some(client) = known.as_ref().filter(|client| listed.iter().any(|listed| is_ours(client, listed))) {
            self.note(Step::OauthClient, StepState::Before);
            return Ok(client.clone());
        }
        let client = match listed.into_iter().find(|client| client.status == "ACTIVE") {
            Some(client) => client,
            None => {
                self.still_mine().await?;
                let create = Create::<OauthClients>::new((), json!({ "status": "ACTIVE" }));
                let made = self.tpp.call(SessionOwner::Tpp, &create, self.deadline).await?;
                let find = Find::<OauthClients, One<OauthClient>>::new((), made.id);
                self.tpp.call(SessionOwner::Tpp, &find, self.deadline).await?.0
            }
        };
        let OauthClient { id, client_id, secret: client_secret, .. } = client;
        // What is known of its callback addresses outlives its name and password.
        let client = match known.filter(|known| known.id == id) {
            Some(known) => OauthClientSecret { client_id, client_secret, ..known },
            None => OauthClientSecret::new(id, user, client_id, client_secret),
        };
        self.save(&client).await?;
        self.note(Step::OauthClient, StepState::Now);
        Ok(client)
    }

    async fn callback_url(&mut self, mut secret: OauthClientSecret) -> Result<(), OnboardingError> {
        let url = self.tpp.0.config.callback_url().to_string();
        let client = secret.id;
        let list = List::<CallbackUrls, Vec<CallbackUrl>>::new(client, Page::LARGEST);
        let listed = self.tpp.call(SessionOwner::Tpp, &list, self.deadline).await?;
        let is_registered = listed.iter().any(|registered| registered.url == url);
        let state = if is_registered && secret.callback_url.as_deref() == Some(&url) {
            StepState::Before
        } else {
            if !is_registered {
                self.still_mine().await?;
                let create = Create::<CallbackUrls>::new(client, json!({ "url": url }));
                self.tpp.call(SessionOwner::Tpp, &create, self.deadline).await?;
            }
            secret.replace_callback_url(url, !is_registered, self.tpp.0.clock.now());
            self.save(&secret).await?;
            self.tpp.0.oauth_client.forget(&()).await;
            StepState::Now
        };
        self.forget_callback_urls(secret, listed).await?;
        self.note(Step::CallbackUrl, state);
        Ok(())
    }

    /// Takes addresses away from the app that were replaced a day ago: whoever gets an abandoned domain could have
    /// customers sent there. Addresses that this deployment has not registered are left alone.
    async fn forget_callback_urls(
        &self,
        mut secret: OauthClientSecret,
        listed: Vec<CallbackUrl>,
    ) -> Result<(), OnboardingError> {
        let (client, now) = (secret.id, self.tpp.0.clock.now());
        let is_over = |former: &FormerCallbackUrl| now.duration_since(former.replaced_at) >= KEPT_AFTER_REPLACEMENT;
        let (over, kept): (Vec<_>, Vec<_>) = secret.former_callback_urls.into_iter().partition(is_over);
        if over.is_empty() {
            return Ok(());
        }
        for registered in listed.iter().filter(|registered| over.iter().any(|former| former.url == registered.url)) {
            self.still_mine().await?;
            let delete = Delete::<CallbackUrls> { parent: client, id: registered.id };
            self.tpp.call(SessionOwner::Tpp, &delete, self.deadline).await?;
        }
        secret.former_callback_urls = kept;
        self.save(&secret).await?;
        self.tpp.0.oauth_client.forget(&()).await;
        Ok(())
    }

    async fn api_key(&mut self) -> Result<(), OnboardingError> {
        self.still_mine().await?;
        let made = self.tpp.0.store.create_api_key(NewApiKey::with_every_scope("first"), true).await?;
        self.note(Step::ApiKey, if made.is_some() { StepState::Now } else { StepState::Before });
        self.report.api_key = made.map(|(key, record)| {
            note_created(&record);
            key
        });
        Ok(())
    }
}
