//! Runs the onboarding, and reports its progress.

use std::sync::Arc;

use crate::{
    secrets::{CertificateSecret, DeliverySecret, HookSecret, OauthClientSecret, SealingSecret, TppSecret},
    tpp::{
        certificate,
        onboarding::{
            known,
            progress::Progress,
            renewal::{self, Renewal},
            report::{AtBank, OnboardingError, OnboardingReport, RenewalReport, Step, StepState},
            run,
        },
        parts::Parts,
    },
    types::deadline::Deadline,
};

/// The onboarding of this deployment.
pub struct Onboarding {
    pub(in crate::tpp) parts: Arc<Parts>,
}

impl Onboarding {
    /// Runs or resumes the onboarding. Calls `observe` for each step when it is done.
    ///
    /// # Errors
    /// Returns [`OnboardingError::Superseded`] if another run has taken over, [`OnboardingError::OtherEnvironment`] if
    /// the secrets belong to the bank's other environment, [`OnboardingError::Certificate`] if the certificate is
    /// invalid, and [`OnboardingError::Tpp`] if a step fails. Steps that are done are saved.
    pub async fn run(
        &self,
        observe: &(dyn Fn(Step, StepState) + Sync),
        deadline: Deadline,
    ) -> Result<OnboardingReport, OnboardingError> {
        run::finish(self.begin(observe, deadline).await?).await
    }

    /// Replaces our key pair and the installation, and with them the API key at the bank, while the old ones serve. A
    /// run that was interrupted continues where it stopped.
    ///
    /// # Errors
    /// Returns [`OnboardingError::OtherPspUser`] if the bank takes the certificate for that of another user, and the
    /// errors of [`Self::run`]. In all these cases, the old registration stays in use.
    pub async fn rotate_installation(&self, deadline: Deadline) -> Result<RenewalReport, OnboardingError> {
        renewal::renew(self.begin(&|_, _| {}, deadline).await?, Renewal::Installation).await
    }

    /// Registers the certificate in the secret, and uses the API key that the bank issues for it. In the sandbox, makes
    /// a new certificate first if the one in the secret is in use. `force` registers it again even then.
    ///
    /// # Errors
    /// Returns [`OnboardingError::SameCertificate`] if the certificate is in use, and the errors of
    /// [`Self::rotate_installation`]. In all these cases, the old registration stays in use.
    pub async fn renew_certificate(&self, force: bool, deadline: Deadline) -> Result<RenewalReport, OnboardingError> {
        renewal::renew(self.begin(&|_, _| {}, deadline).await?, Renewal::Certificate { force }).await
    }

    /// Begins a run, which takes over from every other.
    async fn begin<'a>(
        &'a self,
        observe: &'a (dyn Fn(Step, StepState) + Sync),
        deadline: Deadline,
    ) -> Result<Progress<'a>, OnboardingError> {
        let id = self.parts.store.begin_onboarding().await?;
        let environment = self.parts.config.environment.as_str();
        let secret = self
            .parts
            .secrets
            .read::<TppSecret>()
            .await?
            .unwrap_or_else(|| TppSecret { environment: environment.to_owned(), ..TppSecret::default() });
        if secret.environment != environment {
            return Err(OnboardingError::OtherEnvironment);
        }
        let report = OnboardingReport::default();
        Ok(Progress { parts: &self.parts, id, secret, report, observe, deadline })
    }

    /// Reports the progress of this deployment, without changing anything. Asks the bank whether it still knows the
    /// deployment.
    ///
    /// # Errors
    /// Returns [`OnboardingError::OtherEnvironment`] if the secrets belong to the bank's other environment, and
    /// [`OnboardingError::Tpp`] if the store or a secret cannot be read.
    pub async fn status(&self, deadline: Deadline) -> Result<OnboardingReport, OnboardingError> {
        let secrets = &self.parts.secrets;
        let (sealing, delivery, owned, tpp, client) = tokio::try_join!(
            secrets.read::<SealingSecret>(),
            secrets.read::<DeliverySecret>(),
            secrets.read::<CertificateSecret>(),
            secrets.read::<TppSecret>(),
            secrets.read::<OauthClientSecret>(),
        )?;
        let has_hook_key = self.parts.config.hints_queue.is_none() || secrets.read::<HookSecret>().await?.is_some();
        let environment = self.parts.config.environment.as_str();
        if tpp.as_ref().is_some_and(|tpp| tpp.environment != environment) {
            return Err(OnboardingError::OtherEnvironment);
        }
        let api_keys = self.parts.store.list_api_keys().await?;
        let callback = self.parts.config.callback_url();
        let done = |step| match step {
            Step::SealingKey => sealing.is_some() && delivery.is_some() && has_hook_key,
            Step::Certificate => owned.is_some(),
            Step::Installation => tpp.as_ref().is_some_and(|tpp| tpp.installation.is_some()),
            Step::PspCredential => tpp.as_ref().is_some_and(|tpp| tpp.psp.is_some()),
            Step::DeviceServer => tpp.as_ref().is_some_and(|tpp| tpp.device.is_some()),
            Step::Session => tpp.as_ref().is_some_and(|tpp| tpp.psp_user_id.is_some()),
            Step::OauthClient => client.is_some(),
            Step::CallbackUrl => {
                client.as_ref().is_some_and(|client| client.callback_url.as_deref() == Some(callback.as_str()))
            }
            Step::ApiKey => !api_keys.is_empty(),
        };
        let at_bank = match (tpp.as_ref().and_then(|tpp| tpp.psp_user_id), &client) {
            (Some(_), Some(client)) => known::ask(&self.parts, client, deadline).await,
            _ => AtBank::NotAsked,
        };
        let state = |step| match (done(step), &at_bank) {
            (false, _) => StepState::Missing,
            (true, AtBank::Forgotten) if step.is_at_bank() => StepState::Forgotten,
            (true, AtBank::Known { callback_urls }) if step == Step::CallbackUrl => {
                let is_registered = callback_urls.iter().any(|url| url == callback.as_str());
                if is_registered { StepState::Before } else { StepState::Forgotten }
            }
            (true, _) => StepState::Before,
        };
        Ok(OnboardingReport {
            steps: Step::ALL.into_iter().map(|step| (step, state(step))).collect(),
            psp_user_id: tpp.and_then(|tpp| tpp.psp_user_id),
            certificate_valid_until: owned.as_ref().and_then(|secret| certificate::valid_until(secret).ok()),
            at_bank,
            api_key: None,
        })
    }

    /// Stores the owner's PSD2 certificate in its secret, which [`Self::run`] reads. An invalid one is refused, and the
    /// secret stays as it was.
    ///
    /// # Errors
    /// Returns [`OnboardingError::Certificate`] if the certificate is invalid, and [`OnboardingError::Tpp`] if Secrets
    /// Manager does not answer.
    pub async fn put_certificate(&self, secret: &CertificateSecret) -> Result<(), OnboardingError> {
        certificate::check(secret, self.parts.config.environment, self.parts.clock.now())?;
        Ok(self.parts.secrets.write(secret).await?)
    }
}
