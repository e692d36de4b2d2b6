//! An access token becomes a connection, or waits for the application that claims it.

use super::ConsentError;
use crate::{
    bunq::{BankError, Customer, CustomerKind, DecodeError, Session, UserElement, calls::CreateDeviceServer},
    store::{
        Connection, ConnectionKind, Consent, ConsentEnd, Given, GrantedKey, NewConnection, OpenedSession, Saved,
        SessionOwner,
    },
    telemetry::audit::{Action, Fact, found, note},
    tpp::{Tpp, TppError},
    types::{
        deadline::Deadline,
        secret::{AccessToken, ClaimProof},
    },
};

impl Tpp {
    /// Opens the first session, which says who consented. With a return address, what the customer gave waits for its
    /// claim, and an existing connection is left as it is; else it is a connection at once.
    pub(super) async fn connect(
        &self,
        consent: &Consent,
        access_token: AccessToken,
        deadline: Deadline,
    ) -> Result<ConsentEnd, ConsentError> {
        let identity = self.identity().await?;
        let installation = &identity.installation;
        if self.0.config.device_per_connection {
            let device = CreateDeviceServer {
                description: self.0.config.tpp_name.clone(),
                secret: access_token.clone(),
                permitted_ips: self.0.config.permitted_ips.clone(),
            };
            let device = self.0.bank.call_without_session(Some(installation), &device, deadline).await;
            if let Err(error) = device {
                return Err(self.refused_first_session(error, deadline).await.into());
            }
        }
        let (opened, user) = match self.open_session(installation, &access_token, deadline).await {
            Err(error) => return Err(self.refused_first_session(error, deadline).await.into()),
            Ok(opened) => opened,
        };
        let UserElement::Customer(customer) = user else {
            let reason = DecodeError::Missing("UserApiKey");
            return Err(TppError::Bank(BankError::Undecodable { reason, response_id: None }).into());
        };
        let given = given(customer, access_token, opened);
        let granted = self.0.store.find_granted(given.granted).await?;
        let refused = if granted.is_elsewhere(&consent.workspace) && !self.0.config.allow_shared_customers {
            Some(ConsentError::Tpp(TppError::ConnectedElsewhere))
        } else if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            Some(ConsentError::WrongCustomer)
        } else {
            None
        };
        if let Some(refused) = refused {
            let session = Session { installation, token: &given.session.token, user: given.session.path_id };
            self.end_session(session, deadline).await;
            return Err(refused);
        }
        if consent.return_url.is_some() {
            let (store, id) = (&self.0.store, consent.consent_id);
            if let Some(until) = store.keep_unclaimed(&identity.sealing, id, &given, &ClaimProof::random()).await? {
                return Ok(ConsentEnd::Unclaimed { until });
            }
            // Another tab of the same browser was faster: its proof is the one.
            let session = Session { installation, token: &given.session.token, user: given.session.path_id };
            self.end_session(session, deadline).await;
            let first = store.find_unclaimed(&identity.sealing, id).await?;
            return Ok(ConsentEnd::Unclaimed { until: first.map_or(self.now().as_second(), |first| first.until) });
        }
        let connection = self.take_over(consent, given, deadline).await?;
        tracing::info!(user_id = %connection.user_id, kind = ?connection.kind, "consent: connected");
        Ok(ConsentEnd::Completed { user_id: connection.user_id })
    }

    /// Stores a connection and its session. An existing connection keeps its references, and gets that of the consent.
    pub(super) async fn take_over(
        &self,
        consent: &Consent,
        given: Given,
        deadline: Deadline,
    ) -> Result<Connection, TppError> {
        let identity = self.identity().await?;
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
        let shared = self.0.config.allow_shared_customers;
        let refused = match self.0.store.save_connection(&identity.sealing, &new, shared).await? {
            Saved::Connected { connection, has_new_reference } => {
                return self.connected(*connection, has_new_reference, given.session, deadline).await;
            }
            Saved::Elsewhere => TppError::ConnectedElsewhere,
            Saved::TooManyReferences => TppError::TooManyReferences,
        };
        let opened = &given.session;
        let session = Session { installation: &identity.installation, token: &opened.token, user: opened.path_id };
        self.end_session(session, deadline).await;
        Err(refused)
    }

    async fn connected(
        &self,
        connection: Connection,
        has_new_reference: bool,
        session: OpenedSession,
        deadline: Deadline,
    ) -> Result<Connection, TppError> {
        note(Fact::User(connection.user_id));
        if has_new_reference {
            found(Action::ChangeReference, connection.user_id);
        }
        self.forget_connection(&connection).await;
        self.adopt_session(SessionOwner::Customer(connection.user_id), session).await?;
        self.still_connected(connection.user_id, deadline).await?;
        Ok(connection)
    }

    /// What it means that the bank opens no session with a token that it has just issued.
    async fn refused_first_session(&self, error: BankError, deadline: Deadline) -> TppError {
        if error.is_bad_key() {
            self.refused_token(deadline).await
        } else if error.is_dead_session() {
            self.refused_installation(error, deadline).await
        } else {
            TppError::Session { owner: None, error }
        }
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
