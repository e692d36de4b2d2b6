//! What `local` can be told.

use std::{net::IpAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use url::Url;

/// Which bank to talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BankChoice {
    /// A simulated bank on this machine, with play customers
    Simulator,
    /// bunq's sandbox
    Sandbox,
    /// bunq itself: real people and real money. Needs your QSEAL certificate; see --certificate
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
    /// What to do in place of running everything
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Port of the API; 0 takes any free one
    #[arg(long, global = true, default_value_t = 3000)]
    pub port: u16,
    /// Port of DynamoDB and Secrets Manager; 0 takes any free one
    #[arg(long, default_value_t = 4566)]
    pub aws_port: u16,
    /// Port of the simulated bank; 0 takes any free one
    #[arg(long, default_value_t = 4100)]
    pub simulator_port: u16,
    /// Let functions in Docker reach AWS and the bank at this address of this machine, too: Docker's bridge usually has
    /// 172.17.0.1
    #[arg(long, value_name = "ADDRESS")]
    pub docker: Option<IpAddr>,
    /// Folder that keeps tables, secrets, the simulated bank and the API key between runs
    #[arg(long, global = true, default_value = ".local")]
    pub state_dir: PathBuf,
    /// Which bank to talk to; each keeps its own state
    #[arg(long, global = true, value_enum, default_value_t = BankChoice::Simulator)]
    pub bunq: BankChoice,
    /// Where browsers reach the API, if not at this machine's port of the API: bunq sends customers back there
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Your QSEAL certificate in PEM, without its chain: puts it, its key and its chain into the secret
    /// bunq-tpp/psd2-certificate of the embedded AWS
    #[arg(long, value_name = "FILE", requires_all = ["certificate_key", "certificate_chain"])]
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PKCS#8 in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub certificate_key: Option<PathBuf>,
    /// The certificate's chain in PEM: its issuer first, the root last
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub certificate_chain: Option<PathBuf>,
    /// Delete the simulated bank's state (keys, customers, tokens), and start over; for another bank, see `reset`
    #[arg(long)]
    pub fresh: bool,
    /// How much to log to standard error: error, warn, info (every request and every call to the bank), debug or trace.
    /// By default one short line for each request on a terminal, and info as JSON elsewhere
    #[arg(long)]
    pub log: Option<LevelFilter>,
}

/// Something else than running everything.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Makes, lists, rotates and revokes API keys of the running `local`
    Keys {
        /// Which of them
        #[command(subcommand)]
        task: KeysTask,
    },
    /// Prints the onboarding's report of the running `local`
    Status,
    /// Deletes this bank's state: keys, customers, tokens
    Reset {
        /// Needed for every bank but the simulated one
        #[arg(long)]
        yes: bool,
    },
}

/// Something about API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysTask {
    /// Makes an API key and prints it, once
    Create {
        /// What to call it
        #[arg(long)]
        name: String,
        /// A scope that it has; several times for several
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// Whose customers it reaches; `default` by default
        #[arg(long)]
        workspace: Option<String>,
        /// When it stops working, such as 2030-01-01T00:00:00Z; never by default
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// Lists the API keys, without the keys themselves
    List,
    /// Makes a successor of one and prints it, once; the old one ends by itself
    Rotate {
        /// The id of the old one, as `keys list` prints it
        id: String,
        /// For how many hours the old one goes on working; 24 by default
        #[arg(long, value_name = "HOURS")]
        overlap: Option<u16>,
    },
    /// Revokes one
    Revoke {
        /// Its id, as `keys list` prints it
        id: String,
    },
}

impl Task {
    /// The payload for `POST /setup`.
    pub(crate) fn payload(&self) -> Value {
        match self {
            Self::Status | Self::Reset { .. } => json!({ "action": "status" }),
            Self::Keys { task: KeysTask::List } => json!({ "action": "list_api_keys" }),
            Self::Keys { task: KeysTask::Revoke { id } } => json!({ "action": "revoke_api_key", "id": id }),
            Self::Keys { task: KeysTask::Rotate { id, overlap } } => {
                let mut payload = json!({ "action": "rotate_api_key", "id": id });
                if let Some(hours) = overlap {
                    payload["overlap"] = json!(hours);
                }
                payload
            }
            Self::Keys { task: KeysTask::Create { name, scopes, workspace, expires_at } } => {
                let mut payload = json!({ "action": "create_api_key", "name": name, "scopes": scopes });
                for (field, value) in [("workspace", workspace), ("expires_at", expires_at)] {
                    if let Some(value) = value {
                        payload[field] = json!(value);
                    }
                }
                payload
            }
        }
    }
}
