//! Runs the onboarding, and reports its progress.

use std::sync::Arc;

use crate::{
    secrets::{CertificateSecret, OauthClientSecret, SealingSecret, TppSecret},
    tpp::{
        certificate,
        onboarding::{
            known,
            progress::Progress,
            report::{AtBank, OnboardingError, OnboardingReport, Step, StepState},
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
        let progress = Progress { parts: &self.parts, id, secret, report, observe, deadline };
        run::finish(progress).await
    }

    /// Reports the progress of this deployment, without changing anything. Asks the bank whether it still knows the
    /// deployment.
    ///
    /// # Errors
    /// Returns [`OnboardingError::OtherEnvironment`] if the secrets belong to the bank's other environment, and
    /// [`OnboardingError::Tpp`] if the store or a secret cannot be read.
    pub async fn status(&self, deadline: Deadline) -> Result<OnboardingReport, OnboardingError> {
        let secrets = &self.parts.secrets;
        let (sealing, owned, tpp, client) = tokio::try_join!(
            secrets.read::<SealingSecret>(),
            secrets.read::<CertificateSecret>(),
            secrets.read::<TppSecret>(),
            secrets.read::<OauthClientSecret>(),
        )?;
        let environment = self.parts.config.environment.as_str();
        if tpp.as_ref().is_some_and(|tpp| tpp.environment != environment) {
            return Err(OnboardingError::OtherEnvironment);
        }
        let api_keys = self.parts.store.list_api_keys().await?;
        let callback = self.parts.config.callback_url();
        let done = |step| match step {
            Step::SealingKey => sealing.is_some(),
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
