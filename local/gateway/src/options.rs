//! What `local` can be told.

use std::{net::IpAddr, path::PathBuf};

use clap::{Parser, ValueEnum};
use tracing::level_filters::LevelFilter;
use url::Url;

/// Which bank to talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BankChoice {
    /// A simulated bank on this machine, with play customers
    Simulator,
    /// bunq's sandbox
    Sandbox,
    /// bunq itself: real people and real money. Needs your QSEAL certificate in the secret bunq-tpp/psd2-certificate
    Production,
    /// Any bank at `BUNQ_API_URL`, `BUNQ_AUTHORIZE_URL` and `BUNQ_TOKEN_URL`
    Custom,
}

impl BankChoice {
    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Sandbox => "sandbox",
            Self::Production => "production",
            Self::Custom => "custom",
        }
    }
}

/// Runs all of it on this machine: the API, an embedded AWS, and a simulated bank.
#[derive(Clone, Debug, Parser)]
#[command(name = "local", version)]
pub struct Options {
    /// Port of the API; 0 takes any free one
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Port of DynamoDB and Secrets Manager; 0 takes any free one
    #[arg(long, default_value_t = 4566)]
    pub aws_port: u16,
    /// Port of the simulated bank; 0 takes any free one
    #[arg(long, default_value_t = 4100)]
    pub simulator_port: u16,
    /// Let functions in Docker reach AWS and the bank at this address of this machine, too: Docker's bridge has 172.17.0.1, mostly
    #[arg(long, value_name = "ADDRESS")]
    pub docker: Option<IpAddr>,
    /// Folder that keeps tables, secrets, the simulated bank and the API key between runs
    #[arg(long, default_value = ".local")]
    pub state_dir: PathBuf,
    /// Which bank to talk to; each keeps its own state
    #[arg(long, value_enum, default_value_t = BankChoice::Simulator)]
    pub bunq: BankChoice,
    /// Where browsers reach the API, if not at this machine's port of the API: bunq sends customers back there
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Forget everything that this bank's state holds, and start over
    #[arg(long)]
    pub fresh: bool,
    /// How much to log to the terminal: error, warn, info (every request and every call to the bank), debug or trace
    #[arg(long, default_value = "warn")]
    pub log: LevelFilter,
}
