//! Turns an access token into a connection, or keeps it until the application claims it.

use std::sync::Arc;

use crate::{
    bunq::{Bank, BankError, Customer, CustomerKind, DecodeError, UserElement, calls::CreateDeviceServer},
    config::Config,
    store::{
        Connection, ConnectionKind, Consent, ConsentEnd, Given, GrantedKey, NewConnection, OpenedSession, Saved,
        SessionOwner, Store,
    },
    telemetry::audit::{Action, Fact, found, note},
    tpp::{
        connections::Connections, consent::error::ConsentError, deletions::Deletions, egress::Egress, error::TppError,
        identity::Identity, sessions::Sessions,
    },
    types::{
        clock::Clock,
        deadline::Deadline,
        secret::{AccessToken, ClaimProof},
    },
};

/// Makes connections from access tokens.
pub(in crate::tpp) struct NewConnections {
    pub(in crate::tpp) config: Arc<Config>,
    pub(in crate::tpp) bank: Bank,
    pub(in crate::tpp) store: Store,
    pub(in crate::tpp) clock: Clock,
    pub(in crate::tpp) sessions: Arc<Sessions>,
    pub(in crate::tpp) connections: Arc<Connections>,
    pub(in crate::tpp) deletions: Arc<Deletions>,
    pub(in crate::tpp) egress: Arc<Egress>,
}

impl NewConnections {
    /// Opens the first session, which identifies the customer who consented. If the consent has a return address,
    /// what the customer gave waits for its claim, and an existing connection is not changed. Otherwise, the customer
    /// is connected at once.
    pub(super) async fn connect(
        &self,
        identity: &Identity,
        consent: &Consent,
        access_token: AccessToken,
        deadline: Deadline,
    ) -> Result<ConsentEnd, ConsentError> {
        let installation = &identity.installation;
        if self.config.device_per_connection {
            let device = CreateDeviceServer {
                description: self.config.tpp_name.clone(),
                secret: access_token.clone(),
                permitted_ips: self.config.permitted_ips.clone(),
            };
            let device = self.bank.call_without_session(Some(installation), &device, deadline).await;
            if let Err(error) = device {
                return Err(self.egress.refused(identity, None, error, deadline).await.into());
            }
        }
        let (opened, user) = match self.sessions.open(installation, &access_token, deadline).await {
            Err(error) => return Err(self.egress.refused(identity, None, error, deadline).await.into()),
            Ok(opened) => opened,
        };
        let UserElement::Customer(customer) = user else {
            let reason = DecodeError::Missing("UserApiKey");
            return Err(TppError::Bank(BankError::Undecodable { reason, response_id: None }).into());
        };
        let given = given(customer, access_token, opened);
        let granted = self.store.find_granted(given.granted).await?;
        let refused = if granted.is_elsewhere(&consent.workspace) && !self.config.allow_shared_customers {
            Some(ConsentError::Tpp(TppError::ConnectedElsewhere))
        } else if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            Some(ConsentError::WrongCustomer)
        } else {
            None
        };
        if let Some(refused) = refused {
            self.sessions.end(identity, &given.session.token, given.session.path_id, deadline).await;
            return Err(refused);
        }
        if consent.return_url.is_some() {
            let (store, id) = (&self.store, consent.consent_id);
            if let Some(until) = store.keep_unclaimed(&identity.sealing, id, &given, &ClaimProof::random()).await? {
                return Ok(ConsentEnd::Unclaimed { until });
            }
            // Another tab of the same browser was faster, and its proof is the valid one.
            self.sessions.end(identity, &given.session.token, given.session.path_id, deadline).await;
            let first = store.find_unclaimed(&identity.sealing, id).await?;
            return Ok(ConsentEnd::Unclaimed {
                until: first.map_or(self.clock.now().as_second(), |first| first.until),
            });
        }
        let connection = self.take_over(identity, consent, given, deadline).await?;
        tracing::info!(user_id = %connection.user_id, kind = ?connection.kind, "consent: connected");
        Ok(ConsentEnd::Completed { user_id: connection.user_id })
    }

    /// Stores a connection and its session. An existing connection keeps its references, and gets the consent's
    /// reference.
    pub(super) async fn take_over(
        &self,
        identity: &Identity,
        consent: &Consent,
        given: Given,
        deadline: Deadline,
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
        let shared = self.config.allow_shared_customers;
        let refused = match self.store.save_connection(&identity.sealing, &new, shared).await? {
            Saved::Connected { connection, has_new_reference } => {
                return self.connected(identity, *connection, has_new_reference, given.session, deadline).await;
            }
            Saved::Elsewhere => TppError::ConnectedElsewhere,
            Saved::TooManyReferences => TppError::TooManyReferences,
        };
        self.sessions.end(identity, &given.session.token, given.session.path_id, deadline).await;
        Err(refused)
    }

    async fn connected(
        &self,
        identity: &Identity,
        connection: Connection,
        has_new_reference: bool,
        session: OpenedSession,
        deadline: Deadline,
    ) -> Result<Connection, TppError> {
        note(Fact::User(connection.user_id));
        if has_new_reference {
            found(Action::ChangeReference, connection.user_id);
        }
        self.connections.forget(&connection.workspace, connection.user_id).await;
        self.sessions.adopt(identity, SessionOwner::Customer(connection.user_id), session).await?;
        self.deletions.confirm_connected(identity, connection.user_id, deadline).await?;
        Ok(connection)
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
