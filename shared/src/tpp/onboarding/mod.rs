//! From nothing to a TPP that customers can connect to. Every step is saved before the next; what is there is not made
//! again; the bank is asked what it has before anything is created that it allows once. A run that dies at any point is
//! taken up by the next.

pub(super) mod known;
pub(super) mod progress;
mod psp_user;
mod report;
mod run;
pub(super) mod service;

pub use report::{AtBank, OnboardingError, OnboardingReport, Step, StepState};
