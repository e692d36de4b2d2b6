//! The embedded DynamoDB: a separate server that is accessible through the public port only.
//!
//! The server has its own thread for two reasons. Its handlers block their thread while SQLite works, which would delay
//! the rest of the process. And at level `trace` it logs the bodies of requests, which contain sealed tokens and data
//! of customers, so the subscriber of its thread discards everything.

use std::io;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::Full;
use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tracing::subscriber::NoSubscriber;

use crate::answer::{self, AWS_JSON_1_0, Answer};
use crate::error::StartError;
use crate::folder::StateFolder;
use crate::link::{Link, Unanswered};
use crate::tables::Tables;

/// The running server and its thread.
#[derive(Debug)]
pub(crate) struct DynamoDb {
    tables: Arc<Tables>,
    server: Handle,
    // Dropping the sender stops the server.
    running: watch::Sender<()>,
    thread: thread::JoinHandle<()>,
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
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let server = runtime.handle().clone();
        let (running, mut ended) = watch::channel(());
        let work = move || {
            tracing::subscriber::with_default(NoSubscriber::default(), || {
                // `Link` spawns the work of this runtime. An error means that the sender is dropped, which is a stop.
                drop(runtime.block_on(ended.changed()));
                // Open connections keep the database open.
                drop(runtime);
            });
        };
        let thread = thread::Builder::new().name("local-dynamodb".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { tables, server, running, thread })
    }

    /// A client that sends requests to the server.
    pub(crate) fn client(&self) -> DynamoDbClient {
        let database = self.tables.database().clone();
        let link = Link::new(self.server.clone(), database, self.running.subscribe());
        DynamoDbClient { link, tables: Arc::clone(&self.tables) }
    }

    /// The tables, for access without a request.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Stops the server and waits for its end.
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

/// The operations that change nothing. Nothing is saved after them.
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

/// Forwards requests to the server and returns its answers unchanged. The answer to a change waits until it is on disk.
#[derive(Debug)]
pub(crate) struct DynamoDbClient {
    link: Link,
    tables: Arc<Tables>,
}

impl DynamoDbClient {
    /// Returns the answer of the server, or a DynamoDB error if there is none. A request completes even if its caller
    /// disconnects.
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
            // As with AWS's own error of this kind, the caller cannot know whether the change took effect.
            Err(error) => {
                tracing::error!(%error, "the tables were not saved");
                failure("The embedded DynamoDB cannot write its file.")
            }
        }
    }

    async fn try_send(&self, request: Request<Bytes>) -> Result<Answer, Unanswered> {
        let (mut parts, body) = request.into_parts();
        parts.uri = Uri::from(parts.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")));
        strip_connection_headers(&mut parts.headers);
        let (mut parts, body) = self.link.send(Request::from_parts(parts, Full::new(body))).await?.into_parts();
        strip_connection_headers(&mut parts.headers);
        Ok(Answer::from_parts(parts, Full::new(body)))
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

/// Removes the headers that apply to one connection only. Hyper adds its own for the next connection.
fn strip_connection_headers(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE] {
        headers.remove(name);
    }
}
