//! The command line of `local`.

use std::{net::IpAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use url::Url;

/// The bank to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BankChoice {
    /// A simulated bank on this machine, with test customers
    Simulator,
    /// bunq's sandbox
    Sandbox,
    /// bunq itself: real people and real money. Needs your QSEAL certificate; see --certificate
    Production,
    /// Any bank at `BUNQ_API_URL`, `BUNQ_AUTHORIZE_URL` and `BUNQ_TOKEN_URL`
    Custom,
}

impl BankChoice {
    /// The name of the bank on the command line.
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

/// Runs the whole stack on this machine: the API, an embedded AWS, and a simulated bank.
#[derive(Clone, Debug, Parser)]
#[command(name = "local", version)]
pub struct Options {
    /// Runs a task instead of the stack
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Port of the API; 0 selects a free one
    #[arg(long, global = true, default_value_t = 3000)]
    pub port: u16,
    /// Port of DynamoDB and Secrets Manager; 0 selects a free one
    #[arg(long, default_value_t = 4566)]
    pub aws_port: u16,
    /// Port of the simulated bank; 0 selects a free one
    #[arg(long, default_value_t = 4100)]
    pub simulator_port: u16,
    /// Makes AWS and the bank available to functions in Docker, at this address of this machine; the address of
    /// Docker's bridge is usually 172.17.0.1
    #[arg(long, value_name = "ADDRESS")]
    pub docker: Option<IpAddr>,
    /// Folder that keeps the tables, the secrets, the state of the simulated bank and the API key between runs
    #[arg(long, global = true, default_value = ".local")]
    pub state_dir: PathBuf,
    /// Which bank to use; each has its own state
    #[arg(long, global = true, value_enum, default_value_t = BankChoice::Simulator)]
    pub bunq: BankChoice,
    /// The URL at which browsers reach the API, if it is not this machine's port: bunq redirects customers to it
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Your QSEAL certificate in PEM, without its chain: stores it, its key and its chain in the secret
    /// bunq-tpp/psd2-certificate of the embedded AWS
    #[arg(long, value_name = "FILE", requires_all = ["certificate_key", "certificate_chain"])]
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate, PKCS#8 in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub certificate_key: Option<PathBuf>,
    /// The chain of the certificate in PEM: the issuer first, the root last
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub certificate_chain: Option<PathBuf>,
    /// Deletes the state at the simulated bank (keys, customers, tokens) before the start; for another bank, see
    /// `reset`
    #[arg(long)]
    pub fresh: bool,
    /// The level of the log on standard error: error, warn, info (every request and every call to the bank), debug or
    /// trace. By default, one short line per request on a terminal, and info as JSON elsewhere
    #[arg(long)]
    pub log: Option<LevelFilter>,
}

/// A task to run instead of the stack.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Creates, lists, rotates and revokes API keys of the running `local`
    Keys {
        /// What to do with the API keys
        #[command(subcommand)]
        task: KeysTask,
    },
    /// Prints the onboarding report of the running `local`
    Status,
    /// Deletes the state at this bank: keys, customers, tokens
    Reset {
        /// Required for every bank except the simulated one
        #[arg(long)]
        yes: bool,
    },
}

/// A task on API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysTask {
    /// Creates an API key and prints it; the key is never shown again
    Create {
        /// The name of the API key
        #[arg(long)]
        name: String,
        /// A scope of the API key; repeat the flag for several scopes
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// The workspace whose customers the API key can access; `default` by default
        #[arg(long)]
        workspace: Option<String>,
        /// When the API key expires, such as 2030-01-01T00:00:00Z; never by default
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// Lists the API keys, without the keys themselves
    List,
    /// Creates a successor of an API key and prints it once; the old key expires by itself
    Rotate {
        /// The id of the old API key, as `keys list` prints it
        id: String,
        /// How many hours the old API key remains valid; 24 by default
        #[arg(long, value_name = "HOURS")]
        overlap: Option<u16>,
    },
    /// Revokes an API key
    Revoke {
        /// The id of the API key, as `keys list` prints it
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
