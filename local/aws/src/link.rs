//! The one connection to the embedded DynamoDB.
//!
//! The server accepts connections from a TCP listener only, checks no signature, and allows every web page to read its
//! answers. So its port is open only while this connection is established; afterwards no program or page can access it.
//! One connection is enough, because the server handles one request at a time.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use bytes::Bytes;
use dynoxide::Database;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

/// The value of `Host`, which the server ignores.
const HOST: HeaderValue = HeaderValue::from_static("dynamodb");

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("there is no connection: {0}")]
    Connect(#[from] io::Error),
    #[error("the request was not delivered, or its answer broke off: {0}")]
    Exchange(#[from] hyper::Error),
}

/// The connection to the server. The server has its own runtime and runs until `ended` changes.
pub(crate) struct Link {
    server: Handle,
    database: Database,
    ended: watch::Receiver<()>,
    connection: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl Link {
    pub(crate) fn new(server: Handle, database: Database, ended: watch::Receiver<()>) -> Self {
        Self { server, database, ended, connection: Mutex::new(None) }
    }

    /// Sends a request and reads the whole answer. Reconnects if the connection has ended.
    ///
    /// # Errors
    /// Returns [`Unanswered`] if no connection can be established, or the connection breaks during the exchange.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Unanswered> {
        let mut place = self.connection.lock().await;
        let open = match place.take() {
            Some(mut connection) => connection.ready().await.is_ok().then_some(connection),
            None => None,
        };
        let mut connection = match open {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let answer = exchange(&mut connection, request).await?;
        *place = Some(connection);
        Ok(answer)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Unanswered> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        // Dropping the set cancels the task, so the port is closed in every case.
        let mut accepting = JoinSet::new();
        accepting.spawn_on(accept(listener, self.database.clone(), self.ended.clone()), &self.server);
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "the connection to the embedded DynamoDB ended");
            }
        });
        let mut health = Request::new(Full::default());
        health.headers_mut().insert(header::HOST, HOST);
        // The answer shows that the connection was accepted.
        exchange(&mut connection, health).await?;
        accepting.shutdown().await;
        Ok(connection)
    }
}

async fn exchange(
    connection: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, hyper::Error> {
    let (head, body) = connection.send_request(request).await?.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}

/// Accepts connections until the task is cancelled. An accepted connection is served until `ended` changes.
async fn accept(listener: TcpListener, database: Database, mut ended: watch::Receiver<()>) {
    // If this fails, the caller cannot connect and returns an error.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let ended = async move { drop(ended.changed().await) };
    let _ = dynoxide::server::serve_with_shutdown(listener, database, ended).await;
}
