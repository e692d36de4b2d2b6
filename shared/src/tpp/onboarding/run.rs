//! One run of the onboarding, step by step.

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    bunq::{
        Installation, InstallationKey, One, Page, Resource as _, Verified,
        calls::{CallbackUrl, CallbackUrls, CreateInstallation, OauthClient, OauthClients},
    },
    config::BunqEnvironment,
    secrets::{
        CertificateSecret, Content as _, DeliverySecret, FormerCallbackUrl, HookSecret, InstallationSecret,
        OauthClientSecret, SealingSecret, SecretsError,
    },
    store::NewApiKey,
    tpp::{
        access::note_created,
        certificate::{self, CertificateError},
        identity::{Context, open_installation},
        onboarding::{
            known::{is_forgotten, is_ours},
            progress::Progress,
            psp_user::psp_user,
            report::{OnboardingError, OnboardingReport, Step, StepState},
        },
    },
    types::ids::BunqUserId,
};

/// How long a callback address still works after it was replaced. Customers who are at the bank return to it.
const KEPT_AFTER_REPLACEMENT: SignedDuration = SignedDuration::from_hours(24);

/// Executes every missing step. If bunq's sandbox no longer knows what an earlier run has made there, all of that is
/// made again. This never happens in production: bunq resets nothing there, and a refused permission must not replace a
/// key that works.
///
/// # Errors
/// Returns [`OnboardingError`] if a step fails. The steps before it are saved.
pub(super) async fn finish(mut progress: Progress<'_>) -> Result<OnboardingReport, OnboardingError> {
    let is_sandbox = progress.parts.config.environment == BunqEnvironment::Sandbox;
    let can_be_reset = is_sandbox && progress.secret.installation.is_some();
    match every_step(&mut progress).await {
        Err(OnboardingError::Tpp(error))
            if can_be_reset && is_forgotten(progress.parts, &error, progress.deadline).await =>
        {
            tracing::warn!("onboarding: the bank no longer knows this deployment");
            (progress.secret.installation, progress.secret.psp) = (None, None);
            (progress.secret.device, progress.secret.psp_user_id) = (None, None);
            progress.secret.next = None;
            progress.report.steps.clear();
            every_step(&mut progress).await?;
        }
        done => done?,
    }
    Ok(progress.report)
}

async fn every_step(progress: &mut Progress<'_>) -> Result<(), OnboardingError> {
    sealing_key(progress).await?;
    let certificate = certificate(progress).await?;
    let installation = installation(progress).await?;
    let psp = psp_user(progress, &installation, &certificate).await?;
    // The identity is complete only now, because it includes the TPP's own key.
    let identity = progress.parts.identities.recent().await?;
    let context = Context::new(&identity, progress.deadline);
    let client = oauth_client(progress, context, psp).await?;
    callback_url(progress, context, client).await?;
    api_key(progress).await?;
    progress.report.psp_user_id = Some(psp);
    Ok(())
}

async fn sealing_key(progress: &mut Progress<'_>) -> Result<(), OnboardingError> {
    let mut state = StepState::Before;
    // An existing key is never replaced, because what it sealed would be lost.
    if progress.parts.secrets.read::<SealingSecret>().await?.is_none() {
        progress.save(&SealingSecret::generate()).await?;
        state = StepState::Now;
    }
    // A deployment of an earlier version does not have these.
    if progress.parts.secrets.read::<DeliverySecret>().await?.is_none() {
        progress.save(&DeliverySecret::generate()).await?;
        state = StepState::Now;
    }
    if progress.parts.config.hints_queue.is_some() && progress.parts.secrets.read::<HookSecret>().await?.is_none() {
        progress.save(&HookSecret::generate()).await?;
        state = StepState::Now;
    }
    progress.note(Step::SealingKey, state);
    Ok(())
}

/// Returns the stored certificate, if the bank would accept it. Makes one in the sandbox if there is none.
pub(super) async fn certificate(progress: &mut Progress<'_>) -> Result<CertificateSecret, OnboardingError> {
    let environment = progress.parts.config.environment;
    let secret = || progress.parts.secrets.id(CertificateSecret::NAME);
    let read = progress.parts.secrets.read().await.map_err(|error| match error {
        // The owner wrote it, and can correct it.
        SecretsError::Undecodable(_) => CertificateError::Malformed { secret: secret() }.into(),
        error => OnboardingError::from(error),
    })?;
    let (certificate, state) = match (read, environment) {
        (Some(certificate), _) => (certificate, StepState::Before),
        (None, BunqEnvironment::Production) => return Err(CertificateError::Missing { secret: secret() }.into()),
        (None, BunqEnvironment::Sandbox) => {
            let certificate = certificate::make(&progress.parts.config.tpp_name).await?;
            progress.save(&certificate).await?;
            (certificate, StepState::Now)
        }
    };
    certificate::check(&certificate, environment, progress.parts.clock.now())?;
    progress.report.certificate_valid_until = Some(certificate::valid_until(&certificate)?);
    progress.note(Step::Certificate, state);
    Ok(certificate)
}

/// Saves the key pair and the installation together. The bank takes a public key once, so a pair is useless if its
/// answer was lost. An installation is useless without its pair.
async fn installation(progress: &mut Progress<'_>) -> Result<Installation, OnboardingError> {
    if let Some(installation) = &progress.secret.installation {
        let installation = open_installation(installation)?;
        progress.note(Step::Installation, StepState::Before);
        return Ok(installation);
    }
    let secret = create_installation(progress).await?;
    let installation = open_installation(&secret)?;
    progress.secret.installation = Some(secret);
    progress.save_progress().await?;
    progress.note(Step::Installation, StepState::Now);
    Ok(installation)
}

/// Makes a key pair, and registers it as an installation at the bank. Saves nothing.
pub(super) async fn create_installation(progress: &Progress<'_>) -> Result<InstallationSecret, OnboardingError> {
    progress.still_mine().await?;
    let key = InstallationKey::generate().await?;
    let call = CreateInstallation { client_public_key: key.public_pem()? };
    let made = progress.parts.bank.call_without_session(None, &call, progress.deadline).await?;
    Ok(InstallationSecret {
        id: made.id,
        token: made.token,
        private_key: key.to_pem(),
        server_public_key: made.server_public_key,
        created_at: progress.parts.clock.now(),
    })
}

async fn oauth_client(
    progress: &mut Progress<'_>,
    context: Context<'_>,
    user: BunqUserId,
) -> Result<OauthClientSecret, OnboardingError> {
    let known = progress.parts.secrets.read::<OauthClientSecret>().await?;
    let list = OauthClients::list((), Page::LARGEST).reading::<Vec<OauthClient>>();
    let listed = progress.parts.sessions.call_as_tpp(context, &list).await?;
    // A certificate with another name makes us another user at the bank, and the client does not belong to that user.
    let known = known.filter(|client| client.psp_user_id == user);
    if let Some(client) = known.as_ref().filter(|client| listed.iter().any(|listed| is_ours(client, listed))) {
        progress.note(Step::OauthClient, StepState::Before);
        return Ok(client.clone());
    }
    let client = match listed.into_iter().find(|client| client.status == "ACTIVE") {
        Some(client) => client,
        None => {
            progress.still_mine().await?;
            let create = OauthClients::create((), &json!({ "status": "ACTIVE" }));
            let made = progress.parts.sessions.call_as_tpp(context, &create).await?;
            let find = OauthClients::find((), made.id).reading::<One<OauthClient>>();
            progress.parts.sessions.call_as_tpp(context, &find).await?.0
        }
    };
    let OauthClient { id, client_id, secret: client_secret, .. } = client;
    // The known callback addresses are kept when the name and password change.
    let client = match known.filter(|known| known.id == id) {
        Some(known) => OauthClientSecret { client_id, client_secret, ..known },
        None => OauthClientSecret::new(id, user, client_id, client_secret),
    };
    progress.save(&client).await?;
    progress.note(Step::OauthClient, StepState::Now);
    Ok(client)
}

async fn callback_url(
    progress: &mut Progress<'_>,
    context: Context<'_>,
    mut secret: OauthClientSecret,
) -> Result<(), OnboardingError> {
    let url = progress.parts.config.callback_url().to_string();
    let client = secret.id;
    let list = CallbackUrls::list(client, Page::LARGEST).reading::<Vec<CallbackUrl>>();
    let listed = progress.parts.sessions.call_as_tpp(context, &list).await?;
    let is_registered = listed.iter().any(|registered| registered.url == url);
    let state = if is_registered && secret.callback_url.as_deref() == Some(&url) {
        StepState::Before
    } else {
        if !is_registered {
            progress.still_mine().await?;
            // Whatever the answer holds, the address is registered: the next list shows it.
            let create = CallbackUrls::create(client, &json!({ "url": url })).reading::<Verified>();
            progress.parts.sessions.call_as_tpp(context, &create).await?;
        }
        secret.replace_callback_url(url, !is_registered, progress.parts.clock.now());
        progress.save(&secret).await?;
        progress.parts.identities.forget_oauth_client().await;
        StepState::Now
    };
    forget_callback_urls(progress, context, secret, listed).await?;
    progress.note(Step::CallbackUrl, state);
    Ok(())
}

/// Removes addresses from the OAuth client that were replaced a day ago. Otherwise, the next owner of an abandoned
/// domain could receive customers there. Addresses that this deployment has not registered are not changed.
async fn forget_callback_urls(
    progress: &Progress<'_>,
    context: Context<'_>,
    mut secret: OauthClientSecret,
    listed: Vec<CallbackUrl>,
) -> Result<(), OnboardingError> {
    let (client, now) = (secret.id, progress.parts.clock.now());
    let is_over = |former: &FormerCallbackUrl| now.duration_since(former.replaced_at) >= KEPT_AFTER_REPLACEMENT;
    let (over, kept): (Vec<_>, Vec<_>) = secret.former_callback_urls.into_iter().partition(is_over);
    if over.is_empty() {
        return Ok(());
    }
    for registered in listed.iter().filter(|registered| over.iter().any(|former| former.url == registered.url)) {
        progress.still_mine().await?;
        let delete = CallbackUrls::delete(client, registered.id);
        progress.parts.sessions.call_as_tpp(context, &delete).await?;
    }
    secret.former_callback_urls = kept;
    progress.save(&secret).await?;
    progress.parts.identities.forget_oauth_client().await;
    Ok(())
}

async fn api_key(progress: &mut Progress<'_>) -> Result<(), OnboardingError> {
    progress.still_mine().await?;
    let made = progress.parts.store.create_api_key(NewApiKey::with_every_scope("first"), true).await?;
    if progress.parts.config.event_bus.is_some() {
        progress.parts.store.register_workspaces().await?;
    }
    progress.note(Step::ApiKey, if made.is_some() { StepState::Now } else { StepState::Before });
    progress.report.api_key = made.map(|(key, record)| {
        note_created(&record);
        key
    });
    Ok(())
}
