//! Passes requests about consents to their services.

use crate::{
    store::{AskedConsent, Connection, Consent, ConsentCursor},
    tpp::{
        consent::{BeginConsent, CallbackParameters, ClaimError, Completed, ConsentResult, Start, StartError},
        error::TppError,
        facade::tpp::Tpp,
    },
    types::{
        deadline::Deadline,
        ids::ConsentId,
        reference::Reference,
        secret::{BrowserSecret, ClaimProof, ConsentTicket},
        workspace::Workspace,
    },
};

impl Tpp {
    /// Begins a consent for a browser. A browser that has begun one before keeps its secret, so that two tabs both
    /// work.
    ///
    /// # Errors
    /// Returns [`StartError`] if the deployment wants a ticket, or the ticket does not work.
    pub async fn begin_consent(&self, start: Start, browsers: &[BrowserSecret]) -> Result<BeginConsent, StartError> {
        self.services().beginnings.begin(start, browsers).await
    }

    /// Completes a consent: state, code, session, connection. If the same callback comes twice, also at once, both get
    /// the same result.
    pub async fn complete_consent(
        &self,
        parameters: CallbackParameters,
        browsers: &[BrowserSecret],
        deadline: Deadline,
    ) -> Completed {
        self.services().callbacks.complete(parameters, browsers, deadline).await
    }

    /// Returns how a consent ended, for the page that shows it, or `None` if the consent does not exist or has not
    /// ended.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn consent_result(&self, id: ConsentId) -> Result<Option<ConsentResult>, TppError> {
        self.services().callbacks.result(id).await
    }

    /// Makes a consent, and the ticket that opens it.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if it names a customer who is not connected, and [`TppError::Store`] if the
    /// store does not answer.
    pub async fn ask_consent(&self, asked: AskedConsent) -> Result<(Consent, ConsentTicket), TppError> {
        self.services().claims.ask(asked).await
    }

    /// Reads a consent of a workspace.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, and [`ClaimError::Tpp`] if the store does
    /// not answer.
    pub async fn asked_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        deadline: Deadline,
    ) -> Result<Consent, ClaimError> {
        self.services().claims.find(workspace, id, deadline).await
    }

    /// Returns a page of a workspace's consents, newest first, and where the next page begins.
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
        self.services().claims.list(workspace, reference, count, after).await
    }

    /// Withdraws a consent that no browser has opened. Doing so twice is no error.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, [`ClaimError::NotPending`] if a browser
    /// has opened it, and [`ClaimError::Tpp`] if the store does not answer.
    pub async fn withdraw_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        deadline: Deadline,
    ) -> Result<(), ClaimError> {
        self.services().claims.withdraw(workspace, id, deadline).await
    }

    /// Turns what a customer gave into a connection, for the application that presents the proof.
    ///
    /// # Errors
    /// Returns [`ClaimError::NotFound`] if the workspace has none of that id, [`ClaimError::NotClaimable`] if the
    /// consent waits for no claim, [`ClaimError::AlreadyClaimed`] if it was claimed, [`ClaimError::Expired`] if the
    /// claim is too late, [`ClaimError::ProofInvalid`] if the proof is wrong, [`ClaimError::WrongCustomer`] if another
    /// customer consented than the one that the consent is for, and [`ClaimError::Tpp`] if the customer cannot be
    /// connected or the store does not answer.
    pub async fn claim_consent(
        &self,
        workspace: &Workspace,
        id: ConsentId,
        proof: &ClaimProof,
        deadline: Deadline,
    ) -> Result<Connection, ClaimError> {
        self.services().claims.claim(workspace, id, proof, deadline).await
    }
}
