//! DynamoDB and Secrets Manager on one loopback port.
//!
//! The functions know AWS by endpoint only, so a developer's machine and the tests need something that speaks AWS's
//! protocol; without it there would be a second implementation of the store, and the tests would test that one. It is
//! never deployed.
//!
//! DynamoDB is [dynoxide](https://docs.rs/dynoxide-rs), Secrets Manager is
//! [winterbaume](https://docs.rs/winterbaume-secretsmanager); this crate puts both behind one address, keeps what they
//! hold on disk (and nothing of what was deleted), and corrects them where AWS answers differently. Every call must be
//! signed, as at AWS, with the one access key of [`Options::access_key`].
//!
//! # Switches for tests
//!
//! They need no signature. Their bodies are JSON and must say so (`Content-Type: application/json`).
//!
//! | request | what it does |
//! |---|---|
//! | `POST /_local/faults` | the `nth` and the following calls of `target` (`times` of them) fail, see below; 204 |
//! | `DELETE /_local/faults` | no call fails any more; 204 |
//! | `GET /_local/calls` | how often each target was called, `{"DynamoDB_20120810.GetItem": 2}` |
//! | `DELETE /_local/calls` | counts from zero again; 204 |
//!
//! A fault is `{"target": "DynamoDB_20120810.GetItem", "nth": 1, "times": 1, "error": "InternalServerError"}`, or has
//! `"drop": "before"` or `"drop": "after"` in place of `error`: the connection ends without an answer, before or after
//! the call took effect. `nth` and `times` are 1 when they are missing, and `nth` counts from the moment the fault is
//! set. The errors are `ProvisionedThroughputExceededException`, `InternalServerError`, and for Secrets Manager
//! `ThrottlingException` and `InternalServiceError`.

mod access_key;
mod answer;
mod dynamodb;
mod error;
mod faults;
mod folder;
mod front;
mod link;
mod schema;
mod secrets;
mod service;
mod signature;
mod tables;
mod versions;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use loopback::{Hosts, Name};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use crate::access_key::{AccessKey, AccessKeyError};
use crate::dynamodb::DynamoDb;
pub use crate::error::{CreateTablesError, StartError};
use crate::folder::StateFolder;
use crate::front::Front;
use crate::secrets::Secrets;
pub use crate::signature::SignatureError;

/// Where the embedded AWS listens and what it remembers.
#[derive(Clone, Debug)]
pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that keeps tables and secrets between runs, made when it is missing; `None` keeps them in memory.
    pub state_dir: Option<PathBuf>,
    /// What calls must be signed with.
    pub access_key: AccessKey,
    /// Names that requests may be for, besides those of this machine.
    pub names: Vec<Name>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state_dir: None,
            access_key: AccessKey::generate(),
            names: Vec::new(),
        }
    }
}

/// The running services. Dropping it ends them as well, but only [`stop`](Self::stop) waits until the files are closed.
#[derive(Debug)]
pub struct LocalAws {
    address: SocketAddr,
    access_key: AccessKey,
    stop: watch::Sender<bool>,
    front: JoinHandle<()>,
    dynamodb: DynamoDb,
}

impl LocalAws {
    /// Starts both services; they answer as soon as this returns.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the address or the state folder cannot be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listener = bind(options.listen).await?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: options.listen, source })?;
        let folder = match options.state_dir {
            Some(path) => Some(Arc::new(StateFolder::open(&path)?)),
            None => None,
        };
        let secrets = Secrets::open(folder.clone()).await?;
        let dynamodb = DynamoDb::start(folder).await?;
        let (stop, stopped) = watch::channel(false);
        let front = Front::new(dynamodb.client(), secrets, options.access_key.clone());
        let hosts = Hosts::of(address).with(options.names);
        let front = tokio::spawn(front::serve(listener, hosts, front, stopped));
        tracing::debug!(%address, "embedded AWS is listening");
        Ok(Self { address, access_key: options.access_key, stop, front, dynamodb })
    }

    /// The address that the services listen on, with the port that was free.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as AWS's SDKs take it: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What calls must be signed with.
    #[must_use]
    pub const fn access_key(&self) -> &AccessKey {
        &self.access_key
    }

    /// Makes the two tables which the deployment's template makes in the cloud; does nothing for a table that is there.
    ///
    /// Both have the key `pk`; items of `ephemera` expire by `expires_at`. `connections` has the indexes
    /// `connections_by_time` and `connections_by_reference`, which a table of an earlier version gets here.
    ///
    /// # Errors
    ///
    /// [`CreateTablesError`] when a name is not a table's name, or the file cannot be written.
    pub async fn create_tables(&self, connections: &str, ephemera: &str) -> Result<(), CreateTablesError> {
        schema::create_tables(self.dynamodb.tables(), connections, ephemera).await
    }

    /// Finishes the requests that are under way, closes the files and frees the folder and the port.
    ///
    /// Nothing waits to be saved here: each change is on disk before it is answered.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.front.await {
            tracing::warn!(%error, "the embedded AWS's server did not end well");
        }
        self.dynamodb.stop().await;
    }
}

/// Takes the port, which must not be reachable from other machines.
async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback { address });
    }
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::AddressTaken { address },
        _ => StartError::Listen { address, source },
    })
}
