//! Who we are at the bank: credential, device and first session.

use super::{OnboardingError, Step, StepState, run::Run};
use crate::{
    bunq::{
        Installation, NewId, One,
        calls::{CreateDeviceServer, CreatePspCredential},
        credential_proof,
    },
    secrets::{CertificateSecret, DeviceRecord, PspSecret},
    store::SessionOwner,
    tpp::TppError,
    types::ids::BunqUserId,
};

impl Run<'_> {
    /// Credential, device and first session. A credential that was never used dies after an hour: then all three are made once more.
    pub(super) async fn psp_user(
        &mut self,
        installation: &Installation,
        certificate: &CertificateSecret,
    ) -> Result<BunqUserId, OnboardingError> {
        if let (Some(id), Some(_), Some(_)) = (self.secret.psp_user_id, &self.secret.psp, &self.secret.device) {
            for step in [Step::PspCredential, Step::DeviceServer, Step::Session] {
                self.note(step, StepState::Before);
            }
            return Ok(id);
        }
        let steps_before = self.report.steps.len();
        match self.register(installation, certificate).await {
            Err(OnboardingError::Tpp(TppError::Bank(error))) if error.is_bad_key() => {
                (self.secret.psp, self.secret.device) = (None, None);
                self.report.steps.truncate(steps_before);
                self.register(installation, certificate).await
            }
            registered => registered,
        }
    }

    async fn register(
        &mut self,
        installation: &Installation,
        certificate: &CertificateSecret,
    ) -> Result<BunqUserId, OnboardingError> {
        let bank = &self.tpp.0.bank;

        let (api_key, state) = if let Some(psp) = &self.secret.psp {
            (psp.api_key.clone(), StepState::Before)
        } else {
            self.still_mine().await?;
            let call = CreatePspCredential {
                certificate: certificate.certificate.clone(),
                chain: certificate.chain.clone(),
                proof: credential_proof(&certificate.private_key, &installation.key, &installation.token)?,
            };
            let One(made) = bank.call_without_session(Some(installation), &call, self.deadline).await?;
            let (credential_id, created_at) = (made.id, self.tpp.0.clock.now());
            self.secret.psp = Some(PspSecret { credential_id, api_key: made.api_key.clone(), created_at });
            self.save_progress().await?;
            (made.api_key, StepState::Now)
        };
        self.note(Step::PspCredential, state);

        if self.secret.device.is_some() {
            self.note(Step::DeviceServer, StepState::Before);
        } else {
            self.still_mine().await?;
            let call = CreateDeviceServer {
                description: self.tpp.0.config.tpp_name.clone(),
                secret: api_key.clone(),
                permitted_ips: self.tpp.0.config.permitted_ips.clone(),
            };
            let NewId { id } = bank.call_without_session(Some(installation), &call, self.deadline).await?;
            self.secret.device = Some(DeviceRecord { id });
            self.save_progress().await?;
            self.note(Step::DeviceServer, StepState::Now);
        }

        self.still_mine().await?;
        let (opened, user) = self.tpp.open_session(installation, &api_key, self.deadline).await?;
        self.tpp.adopt_session(SessionOwner::Tpp, opened).await?;
        self.secret.psp_user_id = Some(user.path_id());
        self.save_progress().await?;
        self.note(Step::Session, StepState::Now);
        Ok(user.path_id())
    }
}
