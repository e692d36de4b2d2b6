//! Consents that are created with an API key: made, read, withdrawn, and claimed by the application after the customer
//! consented.

use crate::{
    store::{AskedConsent, Connection, Consent, ConsentCursor, ConsentEnd, ConsentFailure, ConsentStatus, Unclaimed},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        consent::{error::ClaimError, service::Consents},
        error::TppError,
        identity::Context,
        parts::Parts,
    },
    types::{
        deadline::Deadline,
        ids::ConsentId,
        reference::Reference,
        secret::{ClaimProof, ConsentTicket, Secret as _},
        workspace::Workspace,
    },
};

impl Consents {
    /// Creates a consent, and the ticket that opens it.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if it names a customer who is not connected, and [`TppError::Store`] if the
    /// store does not answer.
    pub async fn ask(&self, asked: AskedConsent) -> Result<(Consent, ConsentTicket), TppError> {
        if let Some(user_id) = asked.user_id {
            self.parts.connections.find(&asked.workspace, user_id).await?;
        }
        let ticket = ConsentTicket::random();
        let consent = self.parts.store.ask_consent(&ticket, asked).await?;
        note(Fact::Object(ObjectId::Uuid(consent.consent_id.into())));
        Ok((consent, ticket))
    }

    /// Reads a consent of a workspace.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, and [`ClaimError::Tpp`] if the store does
    /// not answer.
    pub async fn find(&self, workspace: &Workspace, id: ConsentId, deadline: Deadline) -> Result<Consent, ClaimError> {
        let found = self.parts.store.find_consent(id).await?;
        // A consent that a browser began without a ticket belongs to no API key.
        let found = found.filter(|consent| consent.workspace == *workspace && consent.expires_at().is_some());
        let consent = found.ok_or(ClaimError::NotFound)?;
        let is_over = consent.status(self.parts.clock.now()) == ConsentStatus::Expired;
        if is_over && matches!(consent.end, Some(ConsentEnd::Unclaimed { .. })) {
            let identity = self.parts.identities.recent().await?;
            self.drop_unclaimed(Context::new(&identity, deadline), id).await?;
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
        Ok(self.parts.store.list_consents(workspace, reference, count, after).await?)
    }

    /// Withdraws a consent that no browser has opened. Doing so twice is no error.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, [`ClaimError::NotPending`] if a browser
    /// has opened it, and [`ClaimError::Tpp`] if the store does not answer.
    pub async fn withdraw(&self, workspace: &Workspace, id: ConsentId, deadline: Deadline) -> Result<(), ClaimError> {
        self.find(workspace, id, deadline).await?;
        if self.parts.store.withdraw_consent(id).await? { Ok(()) } else { Err(ClaimError::NotPending) }
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
        match (consent.end, consent.status(self.parts.clock.now())) {
            (Some(ConsentEnd::Unclaimed { .. }), ConsentStatus::Opened) => {}
            (Some(ConsentEnd::Unclaimed { .. }), _) => return Err(ClaimError::Expired),
            (Some(ConsentEnd::Completed { .. }), _) => return Err(ClaimError::AlreadyClaimed),
            (Some(ConsentEnd::Denied | ConsentEnd::Failed { .. }) | None, _) => return Err(ClaimError::NotClaimable),
        }
        let Parts { store, identities, .. } = &*self.parts;
        let identity = identities.for_sealing().await?;
        let context = Context::new(&identity, deadline);
        let is_ours = store.take_claim(id, proof).await?;
        let given = match store.find_unclaimed(&identity.sealing, id).await? {
            None => return Err(ClaimError::AlreadyClaimed),
            Some(Unclaimed { proof: right, .. }) if right.fingerprint() != proof.fingerprint() => {
                return Err(ClaimError::ProofInvalid);
            }
            Some(Unclaimed { given, .. }) if is_ours => given,
            Some(Unclaimed { is_open: false, .. }) => return Err(ClaimError::Expired),
            Some(Unclaimed { is_open: true, .. }) => return Err(ClaimError::AlreadyClaimed),
        };
        // The connection that the consent names may have been deleted since.
        let granted = store.find_granted(given.granted).await?;
        if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            store.end_claim(id, ConsentEnd::Failed { code: ConsentFailure::WrongCustomer }).await?;
            self.drop_unclaimed(context, id).await?;
            return Err(ClaimError::WrongCustomer);
        }
        let taken = self.take_over(context, &consent, given).await;
        let end = match &taken {
            Ok(connection) => ConsentEnd::Completed { user_id: connection.user_id },
            Err(TppError::ConnectedElsewhere) => ConsentEnd::Failed { code: ConsentFailure::ConnectedElsewhere },
            Err(TppError::TooManyReferences) => ConsentEnd::Failed { code: ConsentFailure::TooManyReferences },
            // Another failure may pass, so it does not end the claim.
            Err(_) => return Ok(taken?),
        };
        store.end_claim(id, end).await?;
        store.forget_unclaimed(id).await?;
        Ok(taken?)
    }

    /// Ends the session of an unclaimed consent at the bank, and erases what the customer gave.
    pub(super) async fn drop_unclaimed(&self, context: Context<'_>, id: ConsentId) -> Result<(), TppError> {
        if let Some(unclaimed) = self.parts.store.find_unclaimed(&context.identity.sealing, id).await? {
            let opened = &unclaimed.given.session;
            self.parts.sessions.end(context, &opened.token, opened.path_id).await;
            self.parts.store.forget_unclaimed(id).await?;
        }
        Ok(())
    }
}
