//! The state of a run, and what its steps need.

use crate::{
    secrets::{Content, TppSecret},
    store::RunId,
    tpp::{
        onboarding::report::{OnboardingError, OnboardingReport, Step, StepState},
        parts::Parts,
    },
    types::deadline::Deadline,
};

/// A run in progress.
pub(super) struct Progress<'a> {
    pub(super) parts: &'a Parts,
    /// Distinguishes this run from others.
    pub(super) id: RunId,
    /// What is made so far.
    pub(super) secret: TppSecret,
    pub(super) report: OnboardingReport,
    pub(super) observe: &'a (dyn Fn(Step, StepState) + Sync),
    pub(super) deadline: Deadline,
}

impl Progress<'_> {
    /// Reports a step.
    pub(super) fn note(&mut self, step: Step, state: StepState) {
        (self.observe)(step, state);
        tracing::info!(?step, ?state, "onboarding");
        self.report.steps.push((step, state));
    }

    /// Checks that no other run has taken over. Called before anything is made or saved.
    pub(super) async fn still_mine(&self) -> Result<(), OnboardingError> {
        if self.parts.store.is_onboarding(self.id).await? { Ok(()) } else { Err(OnboardingError::Superseded) }
    }

    /// Saves a secret.
    ///
    /// # Errors
    /// Returns [`OnboardingError::Superseded`] if another run has taken over, and other variants if a store does not
    /// answer.
    pub(super) async fn save(&self, content: &impl Content) -> Result<(), OnboardingError> {
        self.still_mine().await?;
        Ok(self.parts.secrets.write(content).await?)
    }

    /// Saves the progress, and removes the old identity from memory.
    pub(super) async fn save_progress(&self) -> Result<(), OnboardingError> {
        self.save(&self.secret).await?;
        self.parts.identities.forget().await;
        Ok(())
    }
}
