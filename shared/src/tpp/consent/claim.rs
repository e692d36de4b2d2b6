//! Consents that an API key asks for: made, read, taken back, and claimed by the application whose customer gave them.

use super::ClaimError;
use crate::{
    bunq::Session,
    store::{AskedConsent, Connection, Consent, ConsentCursor, ConsentEnd, ConsentFailure, ConsentStatus, Unclaimed},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{Tpp, TppError},
    types::{
        deadline::Deadline,
        ids::ConsentId,
        reference::Reference,
        secret::{ClaimProof, ConsentTicket, Secret as _},
        workspace::Workspace,
    },
};

impl Tpp {
    /// Makes a consent, and the ticket that opens it.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if it names a customer who is not connected, and the store's errors.
    pub async fn ask_consent(&self, asked: AskedConsent) -> Result<(Consent, ConsentTicket), TppError> {
        if let Some(user_id) = asked.user_id {
            self.find_connection(&asked.workspace, user_id).await?;
        }
        let ticket = ConsentTicket::random();
        let consent = self.0.store.ask_consent(&ticket, asked).await?;
        note(Fact::Object(ObjectId::Uuid(consent.consent_id.into())));
        Ok((consent, ticket))
    }

    /// Reads a consent of a workspace.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, and the store's errors.
    pub async fn asked_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        deadline: Deadline,
    ) -> Result<Consent, ClaimError> {
        let found = self.0.store.find_consent(id).await?;
        // One that a browser began of its own accord was asked for by no key.
        let found = found.filter(|consent| consent.workspace == *workspace && consent.expires_at().is_some());
        let consent = found.ok_or(ClaimError::NotFound)?;
        let is_over = consent.status(self.now()) == ConsentStatus::Expired;
        if is_over && matches!(consent.end, Some(ConsentEnd::Unclaimed { .. })) {
            self.drop_unclaimed(id, deadline).await?;
        }
        Ok(consent)
    }

    /// A page of a workspace's consents, the newest first, and where the next page begins.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn list_consents(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<ConsentCursor>,
    ) -> Result<(Vec<Consent>, Option<ConsentCursor>), TppError> {
        Ok(self.0.store.list_consents(workspace, reference, count, after).await?)
    }

    /// Takes a consent back that nobody has opened. Doing so twice is no error.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`], [`ClaimError::NotPending`] if somebody has opened it, and the store's errors.
    pub async fn withdraw_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        deadline: Deadline,
    ) -> Result<(), ClaimError> {
        self.asked_consent(workspace, id, deadline).await?;
        if self.0.store.withdraw_consent(id).await? { Ok(()) } else { Err(ClaimError::NotPending) }
    }

    /// Makes what a customer gave a connection, for the application that shows the proof.
    ///
    /// # Errors
    /// Returns [`ClaimError`]; the bank is asked nothing.
    pub async fn claim_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        proof: &ClaimProof,
        deadline: Deadline,
    ) -> Result<Connection, ClaimError> {
        let consent = self.asked_consent(workspace, id, deadline).await?;
        match (consent.end, consent.status(self.now())) {
            (Some(ConsentEnd::Unclaimed { .. }), ConsentStatus::Opened) => {}
            (Some(ConsentEnd::Unclaimed { .. }), _) => return Err(ClaimError::Expired),
            (Some(ConsentEnd::Completed { .. }), _) => return Err(ClaimError::AlreadyClaimed),
            (Some(ConsentEnd::Denied | ConsentEnd::Failed { .. }) | None, _) => return Err(ClaimError::NotClaimable),
        }
        let identity = self.identity().await.map_err(ClaimError::Tpp)?;
        let is_ours = self.0.store.take_claim(id, proof).await?;
        let given = match self.0.store.find_unclaimed(&identity.sealing, id).await? {
            None => return Err(ClaimError::AlreadyClaimed),
            Some(Unclaimed { proof: right, .. }) if right.fingerprint() != proof.fingerprint() => {
                return Err(ClaimError::ProofInvalid);
            }
            Some(Unclaimed { given, .. }) if is_ours => given,
            Some(Unclaimed { is_open: false, .. }) => return Err(ClaimError::Expired),
            Some(Unclaimed { is_open: true, .. }) => return Err(ClaimError::AlreadyClaimed),
        };
        // The connection that the consent names may have been deleted since.
        let granted = self.0.store.find_granted(given.granted).await?;
        if consent.for_user.is_some() && consent.for_user != granted.user_id(&consent.workspace) {
            self.0.store.end_claim(id, ConsentEnd::Failed { code: ConsentFailure::WrongCustomer }).await?;
            self.drop_unclaimed(id, deadline).await?;
            return Err(ClaimError::WrongCustomer);
        }
        let connection = match self.take_over(&consent, given, deadline).await {
            Err(error @ (TppError::ConnectedElsewhere | TppError::TooManyReferences)) => {
                let code = match error {
                    TppError::TooManyReferences => ConsentFailure::TooManyReferences,
                    _ => ConsentFailure::ConnectedElsewhere,
                };
                self.0.store.end_claim(id, ConsentEnd::Failed { code }).await?;
                self.0.store.forget_unclaimed(id).await?;
                return Err(error.into());
            }
            taken => taken?,
        };
        self.0.store.end_claim(id, ConsentEnd::Completed { user_id: connection.user_id }).await?;
        self.0.store.forget_unclaimed(id).await?;
        Ok(connection)
    }

    /// Ends the session of what nobody claimed at the bank, and erases it.
    pub(super) async fn drop_unclaimed(&self, id: ConsentId, deadline: Deadline) -> Result<(), TppError> {
        let identity = self.identity().await?;
        if let Some(unclaimed) = self.0.store.find_unclaimed(&identity.sealing, id).await? {
            let opened = &unclaimed.given.session;
            let session = Session { installation: &identity.installation, token: &opened.token, user: opened.path_id };
            self.end_session(session, deadline).await;
            self.0.store.forget_unclaimed(id).await?;
        }
        Ok(())
    }
}
