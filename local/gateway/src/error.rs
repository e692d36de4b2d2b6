//! The errors of `local`. Each has a text of one line for the person at the terminal.

use std::{io, net::IpAddr, path::PathBuf};

use shared::{config::ConfigError, http::Problem, lambda};

/// Why the local stack does not start, or a task fails.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// Another program uses one of the three ports.
    #[error("port {port} is taken by another program; choose another with {flag}")]
    PortTaken {
        /// The port.
        port: u16,
        /// The flag that selects the port.
        flag: &'static str,
    },
    /// The port of the API cannot be used, for another reason.
    #[error("cannot listen on port {port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The address for functions in Docker cannot be used.
    #[error(
        "cannot listen on {address}, port {port}: {source}; is it an address of this machine, such as that of \
         Docker's bridge?"
    )]
    Docker {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The embedded AWS does not start.
    #[error("the embedded AWS does not start: {0}")]
    Aws(local_aws::StartError),
    /// The tables cannot be created.
    #[error("cannot create the tables: {0}")]
    Tables(#[from] local_aws::CreateTablesError),
    /// The simulated bank does not start.
    #[error("the simulated bank does not start: {0}")]
    Simulator(bunq_simulator::StartError),
    /// The state folder, or a file in it, cannot be used.
    #[error("cannot use the folder {}: {source}", path.display())]
    StateDir {
        /// The folder or file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The credentials file does not contain a valid access key.
    #[error("the file {} {source}; correct it, or remove it and get a new key", path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: local_aws::AccessKeyError,
    },
    /// Another process uses the same state folder.
    #[error("another `local` uses the folder {}; stop it first, or choose another with --state-dir", path.display())]
    StateDirInUse {
        /// The folder.
        path: PathBuf,
    },
    /// No `local` has used the state folder that `keys` or `status` names.
    #[error(
        "no `local` has been started with the state folder {}; start one in another terminal, or type this in the \
         folder where it was started",
        path.display()
    )]
    NeverStarted {
        /// The folder.
        path: PathBuf,
    },
    /// No `local` answers `keys` or `status`.
    #[error("no `local` answers on port {port}; start one in another terminal, or give its port with --port")]
    NotRunning {
        /// The port.
        port: u16,
    },
    /// The running `local` has the access key of another state folder.
    #[error(
        "the running `local` uses another state folder than {}; give it with --state-dir, and its bank with --bunq",
        path.display()
    )]
    OtherFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The running `local` refuses the task.
    #[error("{problem}")]
    Refused {
        /// The reason.
        problem: String,
    },
    /// A certificate file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The bank would not accept the certificate.
    #[error("{problem} Nothing was changed.")]
    Certificate {
        /// The reason, with flags in place of the secret's fields.
        problem: String,
    },
    /// A deletion of a state that cannot be restored needs `--yes`.
    #[error(
        "the state in {} holds this deployment's keys at bunq and the tokens of its customers, and nobody can restore \
         them; to delete it, type: reset --bunq {bank} --state-dir {} --yes",
        path.display(), root.display()
    )]
    NotWithoutYes {
        /// The folder.
        path: PathBuf,
        /// The value of `--state-dir`.
        root: PathBuf,
        /// The bank.
        bank: &'static str,
    },
    /// `--bunq custom` lacks addresses of the bank.
    #[error("--bunq custom needs the bank's addresses in the environment; missing: {}", missing.join(", "))]
    CustomBank {
        /// The variables that are not set.
        missing: Vec<&'static str>,
    },
    /// The value of `--public-url` is invalid.
    #[error("--public-url {problem}")]
    PublicUrl {
        /// The reason.
        problem: &'static str,
    },
    /// The environment is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The TLS library does not start.
    #[error(transparent)]
    Start(#[from] lambda::StartError),
    /// The onboarding failed.
    #[error("the onboarding at {bank} stopped: {problem} {hint}What was done is kept; run it again to go on.")]
    Onboarding {
        /// The address of the bank.
        bank: String,
        /// The reason.
        problem: Box<Problem>,
        /// A hint for the operator, followed by a space; may be empty.
        hint: &'static str,
    },
    /// The first API key cannot be created.
    #[error("cannot create an API key: {0}")]
    ApiKey(Problem),
    /// The server failed.
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
