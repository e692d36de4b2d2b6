//! The lines that a start prints about its progress.

use std::{fmt, path::PathBuf};

use shared::tpp::{Step, StepState};

use crate::options::BankChoice;

/// What a start is doing, for the person who waits.
#[derive(Clone, Debug)]
pub enum Progress {
    /// `--fresh`.
    Forgetting(PathBuf),
    /// A state that takes a moment to read.
    Opening {
        /// Where it is.
        path: PathBuf,
        /// How large it is, in bytes.
        bytes: u64,
    },
    /// The bank is asked from here on.
    Onboarding(BankChoice),
    /// A step of the onboarding is done.
    Step(Step, StepState),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forgetting(path) => write!(f, "Forgetting what {} holds", path.display()),
            Self::Opening { path, bytes } => {
                write!(f, "Reading {} MB of state in {}", bytes / 1_000_000, path.display())
            }
            Self::Onboarding(bank) => write!(f, "Onboarding at the bank ({}):", bank.as_str()),
            Self::Step(step, state) => StepLine(*step, *state).fmt(f),
        }
    }
}

/// A step of the onboarding, in words.
struct StepLine(Step, StepState);

impl fmt::Display for StepLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.0 {
            Step::SealingKey => "a key that seals tokens in the tables",
            Step::Certificate => "a PSD2 certificate",
            Step::Installation => "a key pair, installed at the bank",
            Step::PspCredential => "the certificate, registered; the bank gave an API key",
            Step::DeviceServer => "this device, registered",
            Step::Session => "a session with the bank",
            Step::OauthClient => "an OAuth client",
            Step::CallbackUrl => "its callback URL",
            Step::ApiKey => "an API key for you",
        };
        let mark = match self.1 {
            StepState::Now => "made",
            StepState::Before => "kept",
            StepState::Missing => "missing",
            StepState::Forgotten => "lost",
        };
        write!(f, "  {mark:<8}{words}")
    }
}
