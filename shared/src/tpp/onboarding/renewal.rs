//! Replaces the registration at the bank while it serves: a new installation, or a new certificate. What is made is
//! kept as `next` in the secret, so that a run that stops continues. The switch is one write of the secret, after the
//! new registration has proved that it works. The old one is not ended at the bank: processes use it until they have
//! read the secret again.

use serde_json::json;

use crate::{
    bunq::{
        BankError, Call, Installation, Page, Resource as _, Session,
        calls::{OauthClient, OauthClients, PermittedIp, PermittedIps},
    },
    config::BunqEnvironment,
    secrets::{CertificateSecret, Content as _, NextRegistration, OauthClientSecret, PspSecret, TppSecret},
    store::{OpenedSession, SessionOwner},
    tpp::{
        certificate::{self, CertificateError},
        error::TppError,
        identity::open_installation,
        onboarding::{
            known::is_ours,
            progress::Progress,
            psp_user::{create_credential, create_device},
            report::{OnboardingError, Registration, RenewalReport},
            run,
        },
    },
    types::ids::{BunqUserId, CredentialPasswordIpId},
};

/// What is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// Our key pair and the installation, and with them the API key at the bank.
    Installation,
    /// The certificate, and with it the API key at the bank. The installation stays, so all sessions stay, too.
    Certificate {
        /// Whether the certificate is registered again even if it is the one in use.
        force: bool,
    },
}

/// Makes a new registration or continues with one, checks that it works, and puts it in the place of the old one.
///
/// # Errors
/// Returns [`OnboardingError`] if a step fails. Until the last step, the old registration stays in use.
pub(super) async fn renew(mut progress: Progress<'_>, renewal: Renewal) -> Result<RenewalReport, OnboardingError> {
    let secret = progress.secret.clone();
    let TppSecret { installation: Some(old), psp: Some(old_psp), psp_user_id: Some(user), .. } = secret else {
        return Err(TppError::NotOnboarded.into());
    };
    let certificate = certificate(&mut progress, &old_psp, renewal).await?;
    prepare_next(&mut progress, &certificate, renewal).await?;
    let next = progress.secret.next.clone().unwrap_or_default();
    let new = next.installation.unwrap_or_else(|| old.clone());
    let installation = open_installation(&new)?;

    let opened = match register(&mut progress, &installation, &certificate, user).await {
        // The bank forgets a key that is not used within an hour.
        Err(OnboardingError::Tpp(TppError::Bank(error))) if error.is_bad_key() => {
            forget_key(&mut progress).await?;
            register(&mut progress, &installation, &certificate, user).await
        }
        registered => registered,
    }?;
    let Some(NextRegistration { psp: Some(psp), device, .. }) = progress.secret.next.clone() else {
        return Err(TppError::NotOnboarded.into());
    };
    let permitted = permit_the_same(&progress, &installation, &opened, (&old_psp, &psp)).await?;

    let report = RenewalReport {
        registration: Registration { installation: new.id, credential_password_ip_id: psp.credential_id },
        replaced: Registration { installation: old.id, credential_password_ip_id: old_psp.credential_id },
        permitted_ips: permitted,
        certificate_valid_until: certificate::valid_until(&certificate)?,
    };
    progress.secret = TppSecret { installation: Some(new), psp: Some(psp), device, next: None, ..progress.secret };
    // Ids only. If the answer is lost, the log still names the key to revoke at the bank.
    tracing::info!(?report.replaced, ?report.registration, "renewal: the new registration is put in place");
    progress.save_progress().await?;
    // The switch is done. Any process can open another session later.
    let adopted = async {
        let identity = progress.parts.identities.recent().await?;
        Ok::<_, TppError>(progress.parts.sessions.adopt(&identity, SessionOwner::Tpp, opened).await?)
    };
    if let Err(error) = adopted.await {
        tracing::warn!(%error, "renewal: the new session could not be stored");
    }
    Ok(report)
}

/// Returns the certificate to register. In the sandbox, a new one is made, with the name of the one in use, because the
/// bank identifies the TPP by that name.
async fn certificate(
    progress: &mut Progress<'_>,
    in_use: &PspSecret,
    renewal: Renewal,
) -> Result<CertificateSecret, OnboardingError> {
    let stored = run::certificate(progress).await?;
    let is_sandbox = progress.parts.config.environment == BunqEnvironment::Sandbox;
    let is_in_use = match &in_use.certificate {
        Some(in_use) => *in_use == certificate::fingerprint(&stored)?,
        // An earlier version registered it. In production, the owner has probably stored another since then.
        None => is_sandbox,
    };
    match renewal {
        Renewal::Certificate { force: false } if is_in_use => {}
        Renewal::Certificate { .. } | Renewal::Installation => return Ok(stored),
    }
    if !is_sandbox {
        return Err(OnboardingError::SameCertificate);
    }
    let made = certificate::make_again(&stored).await?;
    let secret = || progress.parts.secrets.id(CertificateSecret::NAME);
    let made = made.ok_or_else(|| CertificateError::OtherName { secret: secret() })?;
    progress.save(&made).await?;
    Ok(made)
}

/// Drops what an earlier run made for another certificate. Makes the new installation if there is none yet.
async fn prepare_next(
    progress: &mut Progress<'_>,
    certificate: &CertificateSecret,
    renewal: Renewal,
) -> Result<(), OnboardingError> {
    let fingerprint = certificate::fingerprint(certificate)?;
    let mut next = progress.secret.next.clone().unwrap_or_default();
    if renewal != Renewal::Installation && next.installation.is_some() {
        // An interrupted rotation of the installation made it. A renewal keeps the present one, and all sessions.
        next = NextRegistration::default();
    }
    if next.psp.as_ref().is_some_and(|psp| psp.certificate.as_ref() != Some(&fingerprint)) {
        (next.psp, next.device) = (None, None);
    }
    if renewal == Renewal::Installation && next.installation.is_none() {
        // A key that a renewal of the certificate has made is bound to the old installation.
        let installation = Some(run::create_installation(progress).await?);
        next = NextRegistration { installation, ..NextRegistration::default() };
    }
    progress.secret.next = Some(next);
    progress.save_progress().await
}

async fn forget_key(progress: &mut Progress<'_>) -> Result<(), OnboardingError> {
    if let Some(next) = &mut progress.secret.next {
        (next.psp, next.device) = (None, None);
    }
    progress.save_progress().await
}

/// Registers the certificate and the device in an installation, and opens a session with the new key. Checks that the
/// bank knows it as the same user, with the same OAuth client.
async fn register(
    progress: &mut Progress<'_>,
    installation: &Installation,
    certificate: &CertificateSecret,
    user: BunqUserId,
) -> Result<OpenedSession, OnboardingError> {
    let mut next = progress.secret.next.clone().unwrap_or_default();
    let psp = match next.psp {
        Some(psp) => psp,
        None => create_credential(progress, installation, certificate).await?,
    };
    next.psp = Some(psp.clone());
    progress.secret.next = Some(next.clone());
    progress.save_progress().await?;
    if next.device.is_none() {
        next.device = Some(create_device(progress, installation, &psp.api_key).await?);
        progress.secret.next = Some(next);
        progress.save_progress().await?;
    }
    progress.still_mine().await?;
    let open = async || progress.parts.sessions.open(installation, &psp.api_key, progress.deadline).await;
    let (opened, element) = match open().await {
        // The bank opens one session per 30 seconds and address, and functions at work have the same address.
        Err(BankError::RateLimited { wait, .. }) if progress.deadline.wait(wait).await.is_ok() => open().await,
        opened => opened,
    }?;
    let client = progress.parts.secrets.read::<OauthClientSecret>().await?.ok_or(TppError::NotOnboarded)?;
    let list = OauthClients::list((), Page::LARGEST).reading::<Vec<OauthClient>>();
    let clients = call(progress, installation, &opened, &list).await?;
    if element.path_id() == user && clients.iter().any(|listed| is_ours(&client, listed)) {
        return Ok(opened);
    }
    // Customers have consented to the client of another user.
    forget_key(progress).await?;
    Err(OnboardingError::OtherPspUser)
}

/// Permits the addresses of the old API key for the new one, too. Returns those that were missing.
async fn permit_the_same(
    progress: &Progress<'_>,
    installation: &Installation,
    opened: &OpenedSession,
    (old, new): (&PspSecret, &PspSecret),
) -> Result<Vec<String>, OnboardingError> {
    let active = async |key: CredentialPasswordIpId| {
        let list = PermittedIps::list(key, Page::LARGEST).reading::<Vec<PermittedIp>>();
        let listed = call(progress, installation, opened, &list).await?;
        let active = listed.into_iter().filter(|ip| ip.status == "ACTIVE").map(|ip| ip.ip);
        Ok::<Vec<_>, OnboardingError>(active.collect())
    };
    let permitted = active(new.credential_id).await?;
    let mut missing = active(old.credential_id).await?;
    missing.retain(|ip| !permitted.contains(ip));
    for ip in &missing {
        progress.still_mine().await?;
        let create = PermittedIps::create(new.credential_id, &json!({ "ip": ip, "status": "ACTIVE" }));
        call(progress, installation, opened, &create).await?;
    }
    Ok(missing)
}

/// Makes a call in the new session, which nobody else uses yet.
async fn call<C: Call>(
    progress: &Progress<'_>,
    installation: &Installation,
    opened: &OpenedSession,
    call: &C,
) -> Result<C::Output, OnboardingError> {
    let session = Session { installation, token: &opened.token, user: opened.path_id };
    Ok(progress.parts.bank.call(session, call, progress.deadline).await?)
}
