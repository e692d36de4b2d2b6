//! The embedded DynamoDB: a server of its own behind the public port.
//!
//! It has its own thread for two reasons. Its handlers wait for SQLite on the thread that runs them, which would hold up
//! everything else of the process; and at level `trace` it logs the bodies of requests, which hold sealed tokens and
//! customers' data, so its thread has a subscriber that drops everything.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use dynoxide::Database;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use tokio::runtime;
use tokio::sync::oneshot;
use tracing::subscriber::NoSubscriber;

use crate::answer::{self, AWS_JSON_1_0, Answer};
use crate::error::StartError;
use crate::folder::StateFolder;

/// The running database and its thread.
pub(crate) struct DynamoDb {
    address: SocketAddr,
    database: Database,
    // The server ends when this is dropped.
    running: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").field("address", &self.address).finish_non_exhaustive()
    }
}

impl DynamoDb {
    /// Opens the folder's tables, or empty ones in memory, and serves them.
    pub(crate) async fn start(folder: Option<Arc<StateFolder>>) -> Result<Self, StartError> {
        let start = move || Self::start_blocking(folder);
        match tokio::task::spawn_blocking(start).await {
            Ok(started) => started,
            Err(error) => Err(StartError::DynamoDb { source: io::Error::other(error) }),
        }
    }

    fn start_blocking(folder: Option<Arc<StateFolder>>) -> Result<Self, StartError> {
        let database = open(folder.as_deref())?;
        let failed = |source| StartError::DynamoDb { source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (running, ended) = oneshot::channel();
        let served = database.clone();
        let work = move || {
            tracing::subscriber::with_default(NoSubscriber::default(), || {
                runtime.block_on(serve(listener, served, ended));
                // Connections that are still open hold the database.
                drop(runtime);
            });
            // The folder stays locked until the files are closed.
            drop(folder);
        };
        let thread = thread::Builder::new().name("local-dynamodb".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { address, database, running, thread })
    }

    /// The way in for requests.
    pub(crate) fn client(&self) -> DynamoDbClient {
        DynamoDbClient::new(self.address)
    }

    /// The way in for what is no request.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Returns when the files are closed.
    pub(crate) async fn stop(self) {
        let Self { database, running, thread, .. } = self;
        let stop = move || {
            drop(database);
            drop(running);
            thread.join().is_ok()
        };
        if !matches!(tokio::task::spawn_blocking(stop).await, Ok(true)) {
            tracing::warn!("the embedded DynamoDB did not end well");
        }
    }
}

fn open(folder: Option<&StateFolder>) -> Result<Database, StartError> {
    let Some(folder) = folder else {
        return Database::memory()
            .map_err(|source| StartError::TablesUnreadable { place: "memory".to_owned(), source });
    };
    let path = folder.tables()?;
    let Some(place) = path.to_str() else {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8");
        return Err(StartError::FolderUnwritable { path, source });
    };
    Database::new(place).map_err(|source| StartError::TablesUnreadable { place: place.to_owned(), source })
}

async fn serve(listener: TcpListener, database: Database, ended: oneshot::Receiver<()>) {
    // Neither can fail in a way that a caller could act on: the requests that follow are answered with an error instead.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let ended = async {
        let _ = ended.await;
    };
    let _ = dynoxide::server::serve_with_shutdown(listener, database, ended).await;
}

/// Hands requests on to the server and brings its answers back, both unchanged.
#[derive(Debug)]
pub(crate) struct DynamoDbClient {
    client: Client<HttpConnector, Full<Bytes>>,
    authority: String,
}

impl DynamoDbClient {
    fn new(address: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), authority: address.to_string() }
    }

    /// The server's answer; an error as DynamoDB writes it when there is none.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Answer {
        match self.try_send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "the embedded DynamoDB gave no answer");
                answer::error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    AWS_JSON_1_0,
                    "InternalServerError",
                    "The embedded DynamoDB gave no answer.",
                )
            }
        }
    }

    async fn try_send(&self, request: Request<Bytes>) -> Result<Answer, Unanswered> {
        let (mut parts, body) = request.into_parts();
        parts.uri = self.internal(parts.uri)?;
        strip_connection_headers(&mut parts.headers);
        let request = Request::from_parts(parts, Full::new(body));
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        strip_connection_headers(&mut parts.headers);
        Ok(Answer::from_parts(parts, Full::new(body)))
    }

    fn internal(&self, uri: Uri) -> Result<Uri, Unanswered> {
        let mut parts = uri.into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(Authority::try_from(self.authority.as_str()).map_err(http::Error::from)?);
        parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
        Ok(Uri::from_parts(parts).map_err(http::Error::from)?)
    }
}

/// Why a request came back without an answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("the request's address is no address: {0}")]
    Address(#[from] http::Error),
    #[error("the request was not delivered: {0}")]
    Request(#[from] legacy::Error),
    #[error("the answer broke off: {0}")]
    Answer(#[from] hyper::Error),
}

/// These speak of one connection only; hyper writes its own for the next one.
fn strip_connection_headers(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE] {
        headers.remove(name);
    }
}
