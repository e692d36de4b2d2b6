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
use crate::tables::Tables;

/// The running database and its thread.
pub(crate) struct DynamoDb {
    address: SocketAddr,
    tables: Arc<Tables>,
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
        let tables = Arc::new(Tables::open(folder)?);
        let failed = |source| StartError::DynamoDb { source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (running, ended) = oneshot::channel();
        let served = tables.database().clone();
        let work = move || {
            tracing::subscriber::with_default(NoSubscriber::default(), || {
                runtime.block_on(serve(listener, served, ended));
                // Connections that are still open hold the database.
                drop(runtime);
            });
        };
        let thread = thread::Builder::new().name("local-dynamodb".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { address, tables, running, thread })
    }

    /// The way in for requests.
    pub(crate) fn client(&self) -> DynamoDbClient {
        DynamoDbClient::new(self.address, Arc::clone(&self.tables))
    }

    /// The way in for what is no request.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Returns when the server has ended.
    pub(crate) async fn stop(self) {
        let Self { tables, running, thread, .. } = self;
        let stop = move || {
            drop(tables);
            drop(running);
            thread.join().is_ok()
        };
        if !matches!(tokio::task::spawn_blocking(stop).await, Ok(true)) {
            tracing::warn!("the embedded DynamoDB did not end well");
        }
    }
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

/// These change nothing, so nothing is to be saved after them.
const READS: [&str; 10] = [
    "BatchGetItem",
    "DescribeTable",
    "DescribeTimeToLive",
    "GetItem",
    "ListTables",
    "ListTagsOfResource",
    "Query",
    "Scan",
    "SearchVectors",
    "TransactGetItems",
];

/// Hands requests on to the server and brings its answers back, both unchanged; a change only once it is on disk.
#[derive(Debug)]
pub(crate) struct DynamoDbClient {
    client: Client<HttpConnector, Full<Bytes>>,
    authority: String,
    tables: Arc<Tables>,
}

impl DynamoDbClient {
    fn new(address: SocketAddr, tables: Arc<Tables>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), authority: address.to_string(), tables }
    }

    /// The server's answer; an error as DynamoDB writes it when there is none. A caller who hangs up does not stop it
    /// halfway.
    pub(crate) async fn send(self: Arc<Self>, request: Request<Bytes>) -> Answer {
        let work = async move { self.answer(request).await };
        tokio::spawn(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the embedded DynamoDB gave no answer");
            failure(NO_ANSWER)
        })
    }

    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let is_read = READS.contains(&operation(request.headers()));
        let answer = match self.try_send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "the embedded DynamoDB gave no answer");
                return failure(NO_ANSWER);
            }
        };
        if is_read || !answer.status().is_success() {
            return answer;
        }
        match self.tables.save().await {
            Ok(()) => answer,
            // As with AWS's own such error, the caller cannot know whether the change took effect.
            Err(error) => {
                tracing::error!(%error, "the tables were not saved");
                failure("The embedded DynamoDB cannot write its file.")
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

const NO_ANSWER: &str = "The embedded DynamoDB gave no answer.";

fn failure(message: &str) -> Answer {
    answer::error(StatusCode::INTERNAL_SERVER_ERROR, AWS_JSON_1_0, "InternalServerError", message)
}

fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    target.and_then(|it| it.strip_prefix("DynamoDB_20120810.")).unwrap_or_default()
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
