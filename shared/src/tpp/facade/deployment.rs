//! Passes requests about the deployment itself to their services: its onboarding, its API keys, its address.

use std::sync::Arc;

use crate::{
    secrets::CertificateSecret,
    store::{ApiKeyRecord, KeyId, NewApiKey, NoRotation, StoreError, Successor},
    tpp::{
        access::AccessError,
        egress::EgressReport,
        error::TppError,
        facade::tpp::Tpp,
        onboarding::{OnboardingError, OnboardingReport, Step, StepState},
    },
    types::{deadline::Deadline, scope::Scope, secret::ApiKey},
};

impl Tpp {
    /// Runs or resumes the onboarding. Calls `observe` for each step when it is done.
    ///
    /// # Errors
    /// Returns [`OnboardingError::Superseded`] if another run has taken over, [`OnboardingError::OtherEnvironment`] if
    /// the secrets belong to the bank's other environment, [`OnboardingError::Certificate`] if the certificate is
    /// invalid, and [`OnboardingError::Tpp`] if a step fails. Steps that are done are saved.
    pub async fn onboard(
        &self,
        observe: &(dyn Fn(Step, StepState) + Sync),
        deadline: Deadline,
    ) -> Result<OnboardingReport, OnboardingError> {
        self.services().onboarding.run(observe, deadline).await
    }

    /// Reports how far this deployment has come, without changing anything. Asks the bank whether it still knows the
    /// deployment.
    ///
    /// # Errors
    /// Returns [`OnboardingError::OtherEnvironment`] if the secrets belong to the bank's other environment, and
    /// [`OnboardingError::Tpp`] if the store or a secret cannot be read.
    pub async fn onboarding_status(&self, deadline: Deadline) -> Result<OnboardingReport, OnboardingError> {
        self.services().onboarding.status(deadline).await
    }

    /// Stores the owner's PSD2 certificate in its secret, which the setup reads. An invalid one is refused, and the
    /// secret stays as it was.
    ///
    /// # Errors
    /// Returns [`OnboardingError::Certificate`] if the certificate is invalid, and [`OnboardingError::Tpp`] if Secrets
    /// Manager does not answer.
    pub async fn put_certificate(&self, certificate: &CertificateSecret) -> Result<(), OnboardingError> {
        self.services().onboarding.put_certificate(certificate).await
    }

    /// Compares the address that the bank sees us from with those that it permits.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if there is no key yet, and the errors of [`Self::call`].
    pub async fn egress_report(&self, deadline: Deadline) -> Result<EgressReport, TppError> {
        self.services().egress.report(deadline).await
    }

    /// Returns the record of a key that is valid and has the scope.
    ///
    /// # Errors
    /// Returns [`AccessError::Invalid`] if the key is not valid, [`AccessError::Scope`] if it lacks the scope,
    /// [`AccessError::Store`] if the store cannot be read.
    pub async fn authorise(&self, key: &ApiKey, scope: Scope) -> Result<Arc<ApiKeyRecord>, AccessError> {
        self.services().access.authorise(key, scope).await
    }

    /// Makes an API key.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer.
    pub async fn create_api_key(&self, new: NewApiKey) -> Result<(ApiKey, ApiKeyRecord), StoreError> {
        self.services().access.create(new).await
    }

    /// Makes an API key that replaces another. The old key ends after an overlap.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer, or the key was revoked or rotated at the same moment.
    pub async fn rotate_api_key(
        &self,
        id: KeyId,
        successor: Successor,
    ) -> Result<Result<(ApiKey, ApiKeyRecord), NoRotation>, StoreError> {
        self.services().access.rotate(id, successor).await
    }

    /// Lists every API key ever made, without the keys themselves.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store cannot be read.
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.services().access.list().await
    }

    /// Revokes an API key. Returns `false` if no key has that id.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store does not answer.
    pub async fn revoke_api_key(&self, id: KeyId) -> Result<bool, StoreError> {
        self.services().access.revoke(id).await
    }
}
