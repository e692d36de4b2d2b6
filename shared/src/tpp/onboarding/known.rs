//! What the bank still knows about a deployment. The sandbox loses everything when it is reset.

use crate::{
    bunq::{
        Page, Resource as _,
        calls::{CallbackUrl, CallbackUrls, OauthClient, OauthClients},
    },
    secrets::OauthClientSecret,
    tpp::{error::TppError, identity::Context, onboarding::report::AtBank, parts::Parts},
    types::{deadline::Deadline, secret::Secret as _},
};

/// Returns whether an OAuth client in the bank's list is the one of this deployment.
pub(super) fn is_ours(known: &OauthClientSecret, listed: &OauthClient) -> bool {
    let has_its_name = listed.client_id.expose() == known.client_id.expose();
    listed.id == known.id && listed.status == "ACTIVE" && has_its_name
}

/// Returns whether an error means that the bank no longer knows this deployment. In a session, the bank uses the same
/// text to refuse a permission. So a new session decides: it is opened with the installation's own token.
pub(super) async fn is_forgotten(parts: &Parts, error: &TppError, deadline: Deadline) -> bool {
    let says_so = |error: &TppError| match error {
        TppError::Forgotten => true,
        TppError::Session { error, .. } => error.is_unknown_installation(),
        _ => false,
    };
    match error {
        TppError::Bank(refusal) if refusal.is_unknown_installation() => match renew_session(parts, deadline).await {
            // There is no key yet, so the bank refused the installation itself.
            Err(TppError::NotOnboarded) => true,
            proved => proved.is_err_and(|error| says_so(&error)),
        },
        error => says_so(error),
    }
}

/// Asks the bank what it knows about this deployment, in the TPP's own session.
pub(super) async fn ask(parts: &Parts, client: &OauthClientSecret, deadline: Deadline) -> AtBank {
    let registered = async {
        let identity = parts.identities.recent().await?;
        let context = Context::new(&identity, deadline);
        let list = OauthClients::list((), Page::LARGEST).reading::<Vec<OauthClient>>();
        let clients = parts.sessions.call_as_tpp(context, &list).await?;
        if !clients.iter().any(|listed| is_ours(client, listed)) {
            return Ok(None);
        }
        let list = CallbackUrls::list(client.id, Page::LARGEST).reading::<Vec<CallbackUrl>>();
        let urls = parts.sessions.call_as_tpp(context, &list).await?;
        Ok(Some(urls.into_iter().map(|registered| registered.url).collect()))
    };
    match registered.await {
        Ok(Some(callback_urls)) => AtBank::Known { callback_urls },
        Ok(None) => AtBank::Forgotten,
        Err(error) if is_forgotten(parts, &error, deadline).await => AtBank::Forgotten,
        Err(error) => {
            tracing::warn!(%error, "onboarding: the bank does not say whether it knows this deployment");
            AtBank::NoAnswer
        }
    }
}

async fn renew_session(parts: &Parts, deadline: Deadline) -> Result<(), TppError> {
    let identity = parts.identities.recent().await?;
    parts.sessions.renew_tpp(Context::new(&identity, deadline)).await
}
