//! The TPP's user at the bank: credential, device and first session.

use crate::{
    bunq::{
        Installation, NewId, One,
        calls::{CreateDeviceServer, CreatePspCredential},
        credential_proof,
    },
    secrets::{CertificateSecret, DeviceRecord, PspSecret},
    store::SessionOwner,
    tpp::{
        certificate,
        error::TppError,
        onboarding::{
            progress::Progress,
            report::{OnboardingError, Step, StepState},
        },
        parts::Parts,
    },
    types::{ids::BunqUserId, secret::PspApiKey},
};

/// Makes the credential, the device and the first session. A credential expires after an hour if it is not used. In
/// that case, all three are made once more.
pub(super) async fn psp_user(
    progress: &mut Progress<'_>,
    installation: &Installation,
    certificate: &CertificateSecret,
) -> Result<BunqUserId, OnboardingError> {
    if let (Some(id), Some(_), Some(_)) = (progress.secret.psp_user_id, &progress.secret.psp, &progress.secret.device) {
        for step in [Step::PspCredential, Step::DeviceServer, Step::Session] {
            progress.note(step, StepState::Before);
        }
        return Ok(id);
    }
    let steps_before = progress.report.steps.len();
    match register(progress, installation, certificate).await {
        Err(OnboardingError::Tpp(TppError::Bank(error))) if error.is_bad_key() => {
            (progress.secret.psp, progress.secret.device) = (None, None);
            progress.report.steps.truncate(steps_before);
            register(progress, installation, certificate).await
        }
        registered => registered,
    }
}

async fn register(
    progress: &mut Progress<'_>,
    installation: &Installation,
    certificate: &CertificateSecret,
) -> Result<BunqUserId, OnboardingError> {
    let (api_key, state) = if let Some(psp) = &progress.secret.psp {
        (psp.api_key.clone(), StepState::Before)
    } else {
        let psp = create_credential(progress, installation, certificate).await?;
        let api_key = psp.api_key.clone();
        progress.secret.psp = Some(psp);
        progress.save_progress().await?;
        (api_key, StepState::Now)
    };
    progress.note(Step::PspCredential, state);

    if progress.secret.device.is_some() {
        progress.note(Step::DeviceServer, StepState::Before);
    } else {
        progress.secret.device = Some(create_device(progress, installation, &api_key).await?);
        progress.save_progress().await?;
        progress.note(Step::DeviceServer, StepState::Now);
    }

    progress.still_mine().await?;
    let (opened, user) = progress.parts.sessions.open(installation, &api_key, progress.deadline).await?;
    let identity = progress.parts.identities.recent().await?;
    progress.parts.sessions.adopt(&identity, SessionOwner::Tpp, opened).await?;
    progress.secret.psp_user_id = Some(user.path_id());
    progress.save_progress().await?;
    progress.note(Step::Session, StepState::Now);
    Ok(user.path_id())
}

/// Registers a certificate at the bank, which issues an API key for it. Saves nothing.
pub(super) async fn create_credential(
    progress: &Progress<'_>,
    installation: &Installation,
    certificate: &CertificateSecret,
) -> Result<PspSecret, OnboardingError> {
    progress.still_mine().await?;
    let fingerprint = certificate::fingerprint(certificate)?;
    let call = CreatePspCredential {
        certificate: certificate.certificate.clone(),
        chain: certificate.chain.clone(),
        proof: credential_proof(&certificate.private_key, &installation.key, &installation.token)?,
    };
    let One(made) = progress.parts.bank.call_without_session(Some(installation), &call, progress.deadline).await?;
    let (credential_id, api_key, created_at) = (made.id, made.api_key, progress.parts.clock.now());
    Ok(PspSecret { credential_id, api_key, created_at, certificate: Some(fingerprint) })
}

/// Registers the device that an API key is bound to. Saves nothing.
pub(super) async fn create_device(
    progress: &Progress<'_>,
    installation: &Installation,
    api_key: &PspApiKey,
) -> Result<DeviceRecord, OnboardingError> {
    progress.still_mine().await?;
    let Parts { config, bank, .. } = progress.parts;
    let call = CreateDeviceServer {
        description: config.tpp_name.clone(),
        secret: api_key.clone(),
        permitted_ips: config.permitted_ips.clone(),
    };
    let NewId { id } = bank.call_without_session(Some(installation), &call, progress.deadline).await?;
    Ok(DeviceRecord { id })
}
