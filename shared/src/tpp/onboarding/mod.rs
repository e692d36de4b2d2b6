//! Makes a TPP that customers can connect to. Every step is saved before the next. Existing things are not made again.
//! The bank allows some things only once, so before those are created, the bank is asked what it has. If a run crashes
//! at any point, the next run continues.

mod known;
mod progress;
mod psp_user;
mod renewal;
mod report;
mod run;
mod service;

pub use report::{AtBank, OnboardingError, OnboardingReport, Registration, RenewalReport, Step, StepState};
pub use service::Onboarding;
