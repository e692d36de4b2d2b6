//! A customer's consent: the OAuth authorization code flow (RFC 6749 section 4.1) as bunq has it, without scope or PKCE.

use std::fmt;

use url::Url;

use super::{Tpp, TppError};
use crate::{
    bunq::{
        BankError, Credentials, Customer, CustomerKind, DecodeError, TokenError, UserElement, calls::CreateDeviceServer,
    },
    secrets::OauthClientSecret,
    store::{
        Connection, ConnectionKind, GivenConsent, GrantedKey, NewConnection, SessionOwner, StateRefused, StoreError,
    },
    types::{
        deadline::Deadline,
        reference::Reference,
        secret::{AccessToken, AuthorizationCode, BrowserSecret, OauthState, Secret as _},
    },
};

/// Where to send the browser, and what to leave with it.
#[derive(Clone)]
pub struct BeginConsent {
    /// The bank's page. Holds the state: not for logs.
    pub authorize_url: Url,
    /// For the browser's cookie.
    pub browser: BrowserSecret,
}

/// The URL has the state in it.
impl fmt::Debug for BeginConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeginConsent([redacted])")
    }
}

/// What the bank sends the browser back with.
#[derive(Debug)]
pub struct CallbackParameters {
    /// Our own state.
    pub state: OauthState,
    /// The code; absent where the customer said no.
    pub code: Option<AuthorizationCode>,
}

/// A consent did not become a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The state is unknown, used, too old, or another browser's.
    #[error("the state is not of a consent that this browser began")]
    StateRefused,
    /// The customer said no.
    #[error("the customer did not consent")]
    Denied,
    /// The bank does not take the code.
    #[error("bunq does not take the authorization code")]
    CodeRefused,
    /// The bank does not take our OAuth client or its callback address.
    #[error("bunq does not take the OAuth client")]
    ClientRefused,
    /// The exchange failed.
    #[error("the code was not exchanged: {0}")]
    Exchange(#[source] BankError),
    /// Anything else. What the customer gave is kept: the same address works again for ten minutes.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

impl ConsentError {
    /// Whether the code can still be exchanged.
    #[must_use]
    pub fn leaves_code_unused(&self) -> bool {
        matches!(self, Self::Exchange(error) if error.certainly_not_executed())
    }
}

impl From<StoreError> for ConsentError {
    fn from(error: StoreError) -> Self {
        Self::Tpp(error.into())
    }
}

impl Tpp {
    /// Begins a consent for a browser; one that has begun before keeps its secret, so that two tabs both work.
    ///
    /// # Errors
    /// [`TppError`].
    pub async fn begin_consent(
        &self,
        browser: Option<BrowserSecret>,
        reference: Option<Reference>,
    ) -> Result<BeginConsent, TppError> {
        let client = self.oauth_client().await?;
        let (state, browser) = (OauthState::random(), browser.unwrap_or_else(BrowserSecret::random));
        self.0.store.begin_consent(&state, &browser, reference).await?;
        let mut authorize_url = self.0.config.bunq.authorize.clone();
        authorize_url
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client.client_id.expose())
            .append_pair("redirect_uri", self.0.config.callback_url().as_str())
            .append_pair("state", state.expose());
        Ok(BeginConsent { authorize_url, browser })
    }

    /// Completes a consent: state, code, session, connection.
    ///
    /// # Errors
    /// [`ConsentError`].
    pub async fn complete_consent(
        &self,
        CallbackParameters { state, code }: CallbackParameters,
        browser: &BrowserSecret,
        deadline: Deadline,
    ) -> Result<Connection, ConsentError> {
        // Whatever can fail without the code comes before the state is used up.
        let (identity, client) = (self.identity().await?, self.oauth_client().await?);
        let kept = self.0.store.kept_consent(&identity.sealing, &state, browser).await?;
        let given = match kept {
            Some(given) => given,
            None => {
                let consumed = self.0.store.consume_state(&state, browser).await?;
                let reference = consumed.map_err(|StateRefused| ConsentError::StateRefused)?;
                let code = code.ok_or(ConsentError::Denied)?;
                let access_token = match self.exchange(&client, &code, deadline).await {
                    Err(error) if error.leaves_code_unused() => {
                        // The bank has not seen the code: the same address may work in a moment.
                        self.0.store.begin_consent(&state, browser, reference).await?;
                        return Err(error);
                    }
                    exchanged => exchanged?,
                };
                let given = GivenConsent { access_token, reference };
                if let Err(error) = self.0.store.keep_consent(&identity.sealing, &state, browser, &given).await {
                    // The token is here: better to go on without the safety net than to lose it.
                    tracing::error!(%error, "consent: a given one could not be kept");
                }
                given
            }
        };
        let connection = self.connect(given, deadline).await?;
        if let Err(error) = self.0.store.forget_consent(&state).await {
            // It goes by itself in ten minutes; the customer is connected.
            tracing::error!(%error, "consent: one that is stored could not be forgotten");
        }
        tracing::info!(user_id = %connection.user_id, kind = ?connection.kind, "consent: connected");
        Ok(connection)
    }

    async fn exchange(
        &self,
        client: &OauthClientSecret,
        code: &AuthorizationCode,
        deadline: Deadline,
    ) -> Result<AccessToken, ConsentError> {
        let callback = self.0.config.callback_url();
        let exchanged =
            self.0.bank.exchange_code(code, &callback, (&client.client_id, &client.client_secret), deadline).await;
        exchanged.map_err(|error| match error {
            TokenError::CodeRefused => ConsentError::CodeRefused,
            TokenError::ClientRefused => ConsentError::ClientRefused,
            TokenError::Bank(error) => ConsentError::Exchange(error),
        })
    }

    /// Opens the first session, which says who consented, and stores both.
    async fn connect(&self, given: GivenConsent, deadline: Deadline) -> Result<Connection, TppError> {
        let identity = self.identity().await?;
        let installation = &identity.installation;
        if self.0.config.device_per_connection {
            let device = CreateDeviceServer {
                description: self.0.config.tpp_name.clone(),
                secret: given.access_token.clone(),
                permitted_ips: self.0.config.permitted_ips.clone(),
            };
            self.0.bank.send(Credentials::Installation(installation), &device, deadline).await?;
        }
        let (opened, user) = match self.open_session(installation, &given.access_token, deadline).await {
            Err(error) if error.is_bad_key() => return Err(self.refused_token(deadline).await.into()),
            opened => opened?,
        };
        let UserElement::Customer(customer) = user else {
            let reason = DecodeError::Missing("UserApiKey");
            return Err(BankError::Undecodable { reason, response_id: None }.into());
        };
        let connection = self.0.store.save_connection(&identity.sealing, &new_connection(customer, given)).await?;
        self.0.connections.forget(&connection.user_id).await;
        self.adopt_session(SessionOwner::Customer(connection.user_id), opened).await?;
        self.still_connected(connection.user_id, deadline).await?;
        Ok(connection)
    }
}

fn new_connection(customer: Customer, given: GivenConsent) -> NewConnection {
    NewConnection {
        granted: customer.granted_id.map_or(GrantedKey::ApiKey(customer.api_key_id), GrantedKey::User),
        kind: match customer.kind {
            CustomerKind::Person => ConnectionKind::Person,
            CustomerKind::Company => ConnectionKind::Company,
            CustomerKind::Other => ConnectionKind::Other,
        },
        api_key_id: customer.api_key_id,
        access_token: given.access_token,
        display_name: customer.display_name,
        reference: given.reference,
    }
}
