//! Consents that are created with an API key: made, read, withdrawn, and claimed by the application after the customer
//! consented.

use std::sync::Arc;

use crate::{
    store::{
        AskedConsent, Connection, Consent, ConsentCursor, ConsentEnd, ConsentFailure, ConsentStatus, Store, Unclaimed,
    },
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        connections::Connections,
        consent::{connect::NewConnections, error::ClaimError},
        error::TppError,
        identity::{Identities, Identity},
        sessions::Sessions,
    },
    types::{
        clock::Clock,
        deadline::Deadline,
        ids::ConsentId,
        reference::Reference,
        secret::{ClaimProof, ConsentTicket, Secret as _},
        workspace::Workspace,
    },
};

/// Manages the consents of workspaces.
pub struct Claims {
    pub(in crate::tpp) store: Store,
    pub(in crate::tpp) clock: Clock,
    pub(in crate::tpp) identities: Arc<Identities>,
    pub(in crate::tpp) sessions: Arc<Sessions>,
    pub(in crate::tpp) connections: Arc<Connections>,
    pub(in crate::tpp) new_connections: Arc<NewConnections>,
}

impl Claims {
    /// Creates a consent, and the ticket that opens it.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if it names a customer who is not connected, and [`TppError::Store`] if the
    /// store does not answer.
    pub async fn ask(&self, asked: AskedConsent) -> Result<(Consent, ConsentTicket), TppError> {
        if let Some(user_id) = asked.user_id {
            self.connections.find(&asked.workspace, user_id).await?;
        }
        let ticket = ConsentTicket::random();
        let consent = self.store.ask_consent(&ticket, asked).await?;
        note(Fact::Object(ObjectId::Uuid(consent.consent_id.into())));
        Ok((consent, ticket))
    }

    /// Reads a consent of a workspace.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, and [`ClaimError::Tpp`] if the store does
    /// not answer.
    pub async fn find(&self, workspace: &Workspace, id: ConsentId, deadline: Deadline) -> Result<Consent, ClaimError> {
        let found = self.store.find_consent(id).await?;
        // A consent that a browser began without a ticket belongs to no API key.
        let found = found.filter(|consent| consent.workspace == *workspace && consent.expires_at().is_some());
        let consent = found.ok_or(ClaimError::NotFound)?;
        let is_over = consent.status(self.clock.now()) == ConsentStatus::Expired;
        if is_over && matches!(consent.end, Some(ConsentEnd::Unclaimed { .. })) {
            let identity = self.identities.get().await?;
            self.drop_unclaimed(&identity, id, deadline).await?;
        }
        Ok(consent)
    }

    /// Returns a page of a workspace's consents, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn list(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<ConsentCursor>,
    ) -> Result<(Vec<Consent>, Option<ConsentCursor>), TppError> {
        Ok(self.store.list_consents(workspace, reference, count, after).await?)
    }

    /// Withdraws a consent that no browser has opened. Doing so twice is no error.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, [`ClaimError::NotPending`] if a browser
    /// has opened it, and [`ClaimError::Tpp`] if the store does not answer.
    pub async fn withdraw(&self, workspace: &Workspace, id: ConsentId, deadline: Deadline) -> Result<(), ClaimError> {
        self.find(workspace, id, deadline).await?;
        if self.store.withdraw_consent(id).await? { Ok(()) } else { Err(ClaimError::NotPending) }
    }

    /// Turns what a customer gave into a connection, for the application that presents the proof. Reads nothing from
    /// the bank.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, [`ClaimError::NotClaimable`] if the
    /// consent waits for no claim, [`ClaimError::AlreadyClaimed`] if it was claimed, [`ClaimError::Expired`] if the
    /// claim is too late, [`ClaimError::ProofInvalid`] if the proof is wrong, [`ClaimError::WrongCustomer`] if another
    /// customer consented than the one that the consent is for, and [`ClaimError::Tpp`] if the customer cannot be
    /// connected or the store does not answer.
    pub async fn claim(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        proof: &ClaimProof,
        deadline: Deadline,
    ) -> Result<Connection, ClaimError> {
        let consent = self.find(workspace, id, deadline).await?;
        match (consent.end, consent.status(self.clock.now())) {
            (Some(ConsentEnd::Unclaimed { .. }), ConsentStatus::Opened) => {}
            (Some(ConsentEnd::Unclaimed { .. }), _) => return Err(ClaimError::Expired),
            (Some(ConsentEnd::Completed { .. }), _) => return Err(ClaimError::AlreadyClaimed),
            (Some(ConsentEnd::Denied | ConsentEnd::Failed { .. }) | None, _) => return Err(ClaimError::NotClaimable),
        }
        let identity = self.identities.get().await?;
        let is_ours = self.store.take_claim(id, proof).await?;
        let given = match self.store.find_unclaimed(&identity.sealing, id).await? {
            None => return Err(ClaimError::AlreadyClaimed),
            Some(Unclaimed { proof: right, .. }) if right.fingerprint() != proof.fingerprint() => {
                return Err(ClaimError::ProofInvalid);
            }
            Some(Unclaimed { given, .. }) if is_ours => given,
            Some(Unclaimed { is_open: false, .. }) => return Err(ClaimError::Expired),
            Some(Unclaimed { is_open: true, .. }) => return Err(ClaimError::AlreadyClaimed),
        };
        // The connection that the consent names may have been deleted since.
        let granted = self.store.find_granted(given.granted).await?;
        if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            self.store.end_claim(id, ConsentEnd::Failed { code: ConsentFailure::WrongCustomer }).await?;
            self.drop_unclaimed(&identity, id, deadline).await?;
            return Err(ClaimError::WrongCustomer);
        }
        let connection = match self.new_connections.take_over(&identity, &consent, given, deadline).await {
            Err(error @ TppError::ConnectedElsewhere) => {
                return Err(self.refused_claim(id, ConsentFailure::ConnectedElsewhere, error).await);
            }
            Err(error @ TppError::TooManyReferences) => {
                return Err(self.refused_claim(id, ConsentFailure::TooManyReferences, error).await);
            }
            taken => taken?,
        };
        self.store.end_claim(id, ConsentEnd::Completed { user_id: connection.user_id }).await?;
        self.store.forget_unclaimed(id).await?;
        Ok(connection)
    }

    /// Records that a claim failed permanently, and erases what was to be claimed. Returns the error for the caller.
    async fn refused_claim(&self, id: ConsentId, code: ConsentFailure, refused: TppError) -> ClaimError {
        let noted = async {
            self.store.end_claim(id, ConsentEnd::Failed { code }).await?;
            self.store.forget_unclaimed(id).await
        };
        match noted.await {
            Ok(()) => refused.into(),
            Err(error) => error.into(),
        }
    }

    /// Ends the session of an unclaimed consent at the bank, and erases what the customer gave.
    pub(super) async fn drop_unclaimed(
        &self,
        identity: &Identity,
        id: ConsentId,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        if let Some(unclaimed) = self.store.find_unclaimed(&identity.sealing, id).await? {
            let opened = &unclaimed.given.session;
            self.sessions.end(identity, &opened.token, opened.path_id, deadline).await;
            self.store.forget_unclaimed(id).await?;
        }
        Ok(())
    }
}
