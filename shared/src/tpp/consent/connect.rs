//! Turns an access token into a connection, or keeps it until the application claims it.

use crate::{
    bunq::{BankError, Customer, CustomerKind, DecodeError, UserElement, calls::CreateDeviceServer},
    store::{
        Connection, ConnectionKind, Consent, ConsentEnd, ConsentFailure, Given, GrantedKey, NewConnection,
        OpenedSession, Saved, SessionOwner,
    },
    telemetry::audit::{Action, Fact, found, note},
    tpp::{
        consent::{error::ConsentError, service::Consents},
        error::TppError,
        identity::Context,
        parts::Parts,
    },
    types::secret::{AccessToken, ClaimProof},
};

impl Consents {
    /// Opens the first session, which identifies the customer who consented. If the consent has a return address,
    /// what the customer gave waits for its claim, and an existing connection is not changed. Otherwise, the customer
    /// is connected at once.
    pub(super) async fn connect(
        &self,
        context: Context<'_>,
        consent: &Consent,
        access_token: AccessToken,
    ) -> Result<ConsentEnd, ConsentError> {
        let Parts { config, bank, store, clock, sessions, egress, .. } = &*self.parts;
        let Context { identity, deadline, .. } = context;
        let installation = &identity.installation;
        if config.device_per_connection {
            let device = CreateDeviceServer {
                description: config.tpp_name.clone(),
                secret: access_token.clone(),
                permitted_ips: config.permitted_ips.clone(),
            };
            if let Err(error) = bank.call_without_session(Some(installation), &device, deadline).await {
                return Err(egress.refused(context, None, error).await.into());
            }
        }
        let (opened, user) = match sessions.open(installation, &access_token, deadline).await {
            Err(error) => return Err(egress.refused(context, None, error).await.into()),
            Ok(opened) => opened,
        };
        let UserElement::Customer(customer) = user else {
            let reason = DecodeError::Missing("UserApiKey");
            return Err(TppError::Bank(BankError::Undecodable { reason, response_id: None }).into());
        };
        let given = given(customer, access_token, opened);
        let granted = store.find_granted(given.granted).await?;
        let refused = if granted.is_elsewhere(&consent.workspace) && !config.allow_shared_customers {
            Some(ConsentError::Tpp(TppError::ConnectedElsewhere))
        } else if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            Some(ConsentError::Failed(ConsentFailure::WrongCustomer))
        } else {
            None
        };
        if let Some(refused) = refused {
            sessions.end(context, &given.session.token, given.session.path_id).await;
            return Err(refused);
        }
        if consent.return_url.is_some() {
            let id = consent.consent_id;
            if let Some(until) = store.keep_unclaimed(&identity.sealing, id, &given, &ClaimProof::random()).await? {
                return Ok(ConsentEnd::Unclaimed { until });
            }
            // Another tab of the same browser was faster, and its proof is the valid one.
            sessions.end(context, &given.session.token, given.session.path_id).await;
            let first = store.find_unclaimed(&identity.sealing, id).await?;
            return Ok(ConsentEnd::Unclaimed { until: first.map_or(clock.now().as_second(), |first| first.until) });
        }
        let connection = self.take_over(context, consent, given).await?;
        tracing::info!(user_id = %connection.user_id, kind = ?connection.kind, "consent: connected");
        Ok(ConsentEnd::Completed { user_id: connection.user_id })
    }

    /// Stores a connection and its session. An existing connection keeps its references, and gets the consent's
    /// reference.
    pub(super) async fn take_over(
        &self,
        context: Context<'_>,
        consent: &Consent,
        given: Given,
    ) -> Result<Connection, TppError> {
        let new = NewConnection {
            granted: given.granted,
            kind: given.kind,
            api_key_id: given.api_key_id,
            access_token: given.access_token,
            display_name: given.display_name,
            workspace: consent.workspace.clone(),
            consent_id: consent.consent_id,
            reference: consent.reference.clone(),
        };
        let Parts { config, store, connections, sessions, .. } = &*self.parts;
        let shared = config.allow_shared_customers;
        let refused = match store.save_connection(&context.identity.sealing, &new, shared).await? {
            Saved::Connected { connection, has_new_reference } => {
                let owner = SessionOwner::Customer(connection.user_id);
                note(Fact::User(connection.user_id));
                if has_new_reference {
                    found(Action::ChangeReference, connection.user_id);
                }
                connections.forget(connection.user_id).await;
                sessions.adopt(context.identity, owner, given.session).await?;
                if store.find_connection(connection.user_id).await?.is_some() {
                    return Ok(*connection);
                }
                // It was deleted while its first session was being stored, so the consent has ended, too.
                sessions.discard(Some(context), owner).await?;
                return Err(TppError::ConsentRevoked);
            }
            Saved::Elsewhere => TppError::ConnectedElsewhere,
            Saved::TooManyReferences => TppError::TooManyReferences,
        };
        sessions.end(context, &given.session.token, given.session.path_id).await;
        Err(refused)
    }
}

fn given(customer: Customer, access_token: AccessToken, session: OpenedSession) -> Given {
    Given {
        granted: customer.granted_id.map_or(GrantedKey::ApiKey(customer.api_key_id), GrantedKey::User),
        kind: match customer.kind {
            CustomerKind::Person => ConnectionKind::Person,
            CustomerKind::Company => ConnectionKind::Company,
            CustomerKind::Other => ConnectionKind::Other,
        },
        api_key_id: customer.api_key_id,
        access_token,
        display_name: customer.display_name,
        session,
    }
}
