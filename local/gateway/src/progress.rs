//! The lines that a start prints about its progress.

use std::{fmt, path::PathBuf};

use shared::tpp::{Step, StepState};

use crate::options::BankChoice;

/// An event during a start. Its text is for the person at the terminal.
#[derive(Clone, Debug)]
pub enum Progress {
    /// The state in this folder is deleted, because of `--fresh`.
    Forgetting(PathBuf),
    /// A large state is read.
    Opening {
        /// The folder of the state.
        path: PathBuf,
        /// The size of the state in bytes.
        bytes: u64,
    },
    /// The onboarding at the bank begins.
    Onboarding(BankChoice),
    /// A step of the onboarding has ended.
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

/// One line about a step of the onboarding.
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
