//! DynamoDB, Secrets Manager, SQS and EventBridge on one loopback port.
//!
//! The functions know AWS by its endpoint only, so a developer's machine and the tests need a server with AWS's
//! protocol. Without it the store would need a second implementation, and the tests would test that one. This crate is
//! never deployed.
//!
//! DynamoDB is [dynoxide](https://docs.rs/dynoxide-rs), Secrets Manager is
//! [winterbaume](https://docs.rs/winterbaume-secretsmanager). This crate serves both at one address, saves their data
//! to disk (and nothing of deleted data), and corrects answers that differ from AWS's. As on AWS, every call must be
//! signed; the access key is [`Options::access_key`].
//!
//! SQS and EventBridge are this crate's own. SQS has the queues of the deployment's template from the start, and the
//! operations that send, receive, delete and hide messages. EventBridge only keeps the events of PutEvents. Messages
//! and events are in memory, so a restart loses them.
//!
//! # Switches for tests
//!
//! Switches need no signature. Their bodies are JSON, with the header `Content-Type: application/json`.
//!
//! | request | effect |
//! |---|---|
//! | `POST /_local/faults` | `times` calls of `target` fail, from the `nth` on; see below; 204 |
//! | `DELETE /_local/faults` | removes all faults; 204 |
//! | `GET /_local/calls` | the number of calls per target, `{"DynamoDB_20120810.GetItem": 2}` |
//! | `DELETE /_local/calls` | resets the numbers of calls; 204 |
//! | `POST /_local/clock` | `{"offset_seconds": 180}` sets how far the clock of SQS is ahead of the machine's; 204 |
//! | `GET /_local/events` | the entries that PutEvents accepted, in their order, each with its `EventId` |
//! | `DELETE /_local/events` | removes these entries; 204 |
//! | `POST /_local/events/failures` | `{"nth": 1, "times": 1, "code": "InternalFailure"}`: valid entries fail; 204 |
//! | `DELETE /_local/events/failures` | later entries no longer fail; 204 |
//!
//! A fault is `{"target": "DynamoDB_20120810.GetItem", "nth": 1, "times": 1, "error": "InternalServerError"}`. In place
//! of `error` it can have `"drop": "before"` or `"drop": "after"`: the connection ends without an answer, before or
//! after the call takes effect. With `"delay_ms": 500`, the call takes effect at once, and its answer is late. `nth`
//! and `times` are 1 by default. `nth` counts from the moment at which the fault is set. The errors are
//! `ProvisionedThroughputExceededException` and `InternalServerError`, for its transactions also `TransactionConflict`
//! and `ThrottlingError` (reasons of a `TransactionCanceledException`), for Secrets Manager `ThrottlingException` and
//! `InternalServiceError`, for SQS `RequestThrottled` and `InternalFailure`, and for EventBridge `ThrottlingException`
//! and `InternalException`.

mod access_key;
mod answer;
mod clock;
mod dynamodb;
mod error;
mod events;
mod faults;
mod folder;
mod front;
mod hex;
mod link;
mod queues;
mod schema;
mod secrets;
mod service;
mod signature;
mod switch;
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
pub use crate::clock::Clock;
use crate::dynamodb::DynamoDb;
pub use crate::error::{CreateTablesError, StartError};
use crate::folder::StateFolder;
use crate::front::Front;
use crate::queues::Queues;
use crate::secrets::Secrets;
pub use crate::signature::SignatureError;

/// The configuration of the embedded AWS.
#[derive(Clone, Debug)]
pub struct Options {
    /// The loopback address to listen on; port 0 selects a free port.
    pub listen: SocketAddr,
    /// The folder that keeps tables and secrets between runs; it is created if it is missing. `None` keeps them in
    /// memory. Messages and events are always in memory.
    pub state_dir: Option<PathBuf>,
    /// The access key that must sign calls.
    pub access_key: AccessKey,
    /// Accepted host names, in addition to those of this machine.
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

/// The running services. Dropping this value stops them, but only [`stop`](Self::stop) waits until the files are
/// closed.
#[derive(Debug)]
pub struct LocalAws {
    address: SocketAddr,
    access_key: AccessKey,
    clock: Clock,
    stop: watch::Sender<bool>,
    front: JoinHandle<()>,
    dynamodb: DynamoDb,
}

impl LocalAws {
    /// Starts the services. They accept calls as soon as this returns.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if the address or the state folder cannot be used.
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
        let clock = Clock::default();
        let queues = Queues::new(endpoint(address), clock.clone(), stopped.clone());
        let front = Front::new(dynamodb.client(), secrets, queues, options.access_key.clone(), clock.clone());
        let hosts = Hosts::of(address).with(options.names);
        let front = tokio::spawn(front::serve(listener, hosts, front, stopped));
        tracing::debug!(%address, "embedded AWS is listening");
        Ok(Self { address, access_key: options.access_key, clock, stop, front, dynamodb })
    }

    /// The address on which the services listen, with the selected port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for AWS's SDKs: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        endpoint(self.address)
    }

    /// The URL of a queue of the deployment, such as `bunq-tpp-hints.fifo`.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        queues::url(&self.url(), name)
    }

    /// The clock of the queues.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The access key that must sign calls.
    #[must_use]
    pub const fn access_key(&self) -> &AccessKey {
        &self.access_key
    }

    /// Creates the tables that the deployment's template creates on AWS: connections, ephemera and events. An existing
    /// table is kept.
    ///
    /// The first two have the key `pk` and two indexes, the third has the keys `pk` and `sk`. Items of the last two
    /// expire at `expires_at`.
    ///
    /// # Errors
    ///
    /// Returns [`CreateTablesError`] if a name is invalid, an existing table lacks an index, or the file cannot be
    /// written.
    pub async fn create_tables(&self, names: [&str; 3]) -> Result<(), CreateTablesError> {
        schema::create_tables(self.dynamodb.tables(), names).await
    }

    /// Finishes pending requests, closes the files, and releases the folder and the port.
    ///
    /// Nothing is left to save: each change is on disk before its answer is sent.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.front.await {
            tracing::warn!(%error, "the embedded AWS's server did not end well");
        }
        self.dynamodb.stop().await;
    }
}

fn endpoint(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// Binds the address, which must not be reachable from other machines.
async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback { address });
    }
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::AddressTaken { address },
        _ => StartError::Listen { address, source },
    })
}
