//! Why `local` does not start: one line each, for the person at the terminal.

use std::{io, net::IpAddr, path::PathBuf};

use shared::{config::ConfigError, http::Problem, lambda};

/// The local stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// One of the three ports.
    #[error("port {port} is taken by another program; choose another with {flag}")]
    PortTaken {
        /// The port.
        port: u16,
        /// What chooses it.
        flag: &'static str,
    },
    /// The API's port, for another reason.
    #[error("cannot listen on port {port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The address for functions in Docker.
    #[error(
        "cannot listen on {address}, port {port}: {source}; is it an address of this machine, such as Docker's bridge has?"
    )]
    Docker {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The embedded AWS.
    #[error("the embedded AWS does not start: {0}")]
    Aws(local_aws::StartError),
    /// Its tables.
    #[error("the tables cannot be made: {0}")]
    Tables(#[from] local_aws::CreateTablesError),
    /// The simulated bank.
    #[error("the simulated bank does not start: {0}")]
    Simulator(bunq_simulator::StartError),
    /// The state folder.
    #[error("cannot use the folder {}: {source}", path.display())]
    StateDir {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file of the access key holds something else.
    #[error("the file {} {source}; correct it, or remove it and get a new key", path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: local_aws::AccessKeyError,
    },
    /// Another process works with the same state.
    #[error("another `local` uses the folder {}; stop it first, or choose another with --state-dir", path.display())]
    StateDirInUse {
        /// The folder.
        path: PathBuf,
    },
    /// `keys` or `status` where no `local` has been.
    #[error(
        "no `local` has been started with the state folder {}; start one in another terminal, or type this in the folder \
         where it was started",
        path.display()
    )]
    NeverStarted {
        /// The folder.
        path: PathBuf,
    },
    /// `keys` or `status` while none runs.
    #[error("no `local` answers on port {port}; start one in another terminal, or give its port with --port")]
    NotRunning {
        /// The port.
        port: u16,
    },
    /// The running one has another access key.
    #[error(
        "the running `local` uses another state folder than {}; give it with --state-dir, and its bank with --bunq",
        path.display()
    )]
    OtherFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The running one refuses.
    #[error("{problem}")]
    Refused {
        /// Why.
        problem: String,
    },
    /// A file of the certificate.
    #[error("cannot read {}: {source}", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The certificate is not one that the bank would take.
    #[error("{problem} Nothing was changed.")]
    Certificate {
        /// Why, with the flags in place of the secret's fields.
        problem: String,
    },
    /// A state that cannot be made again.
    #[error(
        "the state in {} holds this deployment's keys at bunq and the tokens of its customers, and nobody can restore them; to delete \
         it, type: reset --bunq {bank} --state-dir {} --yes",
        path.display(), root.display()
    )]
    NotWithoutYes {
        /// The folder.
        path: PathBuf,
        /// What `--state-dir` said.
        root: PathBuf,
        /// The bank.
        bank: &'static str,
    },
    /// `--bunq custom` without the bank's addresses.
    #[error("--bunq custom needs the bank's addresses in the environment; missing: {}", missing.join(", "))]
    CustomBank {
        /// The variables that are not set.
        missing: Vec<&'static str>,
    },
    /// `--public-url`.
    #[error("--public-url {problem}")]
    PublicUrl {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The TLS library.
    #[error(transparent)]
    Start(#[from] lambda::StartError),
    /// The onboarding.
    #[error("the onboarding at {bank} stopped: {problem} {hint}What was done is kept; run it again to go on.")]
    Onboarding {
        /// The bank's address.
        bank: String,
        /// Why.
        problem: Box<Problem>,
        /// What to type, if it is known; with a blank at its end.
        hint: &'static str,
    },
    /// The first API key.
    #[error("no API key can be made: {0}")]
    ApiKey(Problem),
    /// The server.
    #[error("the server stopped: {0}")]
    Serve(io::Error),
}

impl From<local_aws::StartError> for LocalError {
    fn from(error: local_aws::StartError) -> Self {
        match error {
            local_aws::StartError::AddressTaken { address } => {
                Self::PortTaken { port: address.port(), flag: "--aws-port" }
            }
            error => Self::Aws(error),
        }
    }
}

impl From<bunq_simulator::StartError> for LocalError {
    fn from(error: bunq_simulator::StartError) -> Self {
        match error {
            bunq_simulator::StartError::AddressTaken(address) => {
                Self::PortTaken { port: address.port(), flag: "--simulator-port" }
            }
            error => Self::Simulator(error),
        }
    }
}
