//! The socket: hyper's connections are driven by hand, because a service may end one without an answer, which web
//! frameworks do not offer.

use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{Hosts, Stranger};

type BoxError = Box<dyn Error + Send + Sync>;

/// How long to wait when the system has no file descriptor left for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// How long and how large a request may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take, counted from the end of the answer before it. A connection that is kept
    /// open without a request is closed after the same time.
    pub head: Duration,
    /// How long its body may take.
    pub body: Duration,
    /// How many bytes its body may have.
    pub body_bytes: usize,
    /// How long requests under way may take when the server stops.
    pub grace: Duration,
}

/// Serves requests until `stop` resolves, then lets those under way finish. A service that fails ends its connection
/// without an answer. The service gets the caller's address and the request with its whole body.
pub async fn serve<S, F, B, E>(
    listener: TcpListener,
    hosts: Hosts,
    limits: Limits,
    service: S,
    stop: impl Future<Output = ()>,
) where
    S: Fn(SocketAddr, Request<Bytes>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    E: Into<BoxError> + Send + 'static,
{
    let hosts = Arc::new(hosts);
    let (closing, closed) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (hosts, service, closed) = (Arc::clone(&hosts), service.clone(), closed.clone());
                    connections.spawn(connection(stream, peer, hosts, limits, service, closed));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection was accepted");
                    sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    drop(closing);
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.grace, finish).await.is_err() {
        // Those that are left end with the set.
        tracing::debug!("connections were cut off that did not finish in time");
    }
}

async fn connection<S, F, B, E>(
    stream: TcpStream,
    peer: SocketAddr,
    hosts: Arc<Hosts>,
    limits: Limits,
    service: S,
    mut closed: watch::Receiver<()>,
) where
    S: Fn(SocketAddr, Request<Bytes>) -> F,
    F: Future<Output = Result<Response<B>, E>> + Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    E: Into<BoxError>,
{
    // Only costs time when it fails.
    let _ = stream.set_nodelay(true);
    let service = service_fn(async |request| match admit(&hosts, limits, request).await {
        Ok(request) => service(peer, request).await.map(|answer| answer.map(Either::Right)),
        Err(refusal) => {
            tracing::debug!(%peer, %refusal, "a request was refused");
            Ok(refusal.answer().map(Either::Left))
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let served = tokio::select! {
        served = connection.as_mut() => served,
        // The sender sends nothing: that it is gone is the sign.
        _ = closed.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// Why a request does not reach the service.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Stranger(#[from] Stranger),
    #[error("the body did not arrive in time")]
    Slow,
    #[error("the body is too large")]
    Large,
    #[error("the body did not arrive whole")]
    Broken,
}

impl Refusal {
    fn answer(&self) -> Response<Full<Bytes>> {
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = match self {
            Self::Stranger(Stranger::Host) => StatusCode::MISDIRECTED_REQUEST,
            Self::Stranger(Stranger::Origin) => StatusCode::FORBIDDEN,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
        };
        answer
    }
}

async fn admit(hosts: &Hosts, limits: Limits, request: Request<Incoming>) -> Result<Request<Bytes>, Refusal> {
    let (head, body) = request.into_parts();
    hosts.check(&head)?;
    let body = Limited::new(body, limits.body_bytes).collect();
    let body = match timeout(limits.body, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Refusal::Large),
        Ok(Err(_)) => return Err(Refusal::Broken),
        Err(_) => return Err(Refusal::Slow),
    };
    Ok(Request::from_parts(head, body))
}
