//! The server. It drives hyper's connections itself, because web frameworks do not allow a service to end a connection
//! without an answer.

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

use crate::hosts::{Hosts, Stranger};

type BoxError = Box<dyn Error + Send + Sync>;

/// How long to wait after a connection cannot be accepted, for example because no file descriptor is left.
const PAUSE: Duration = Duration::from_millis(100);

/// The limits on the duration and the size of requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time for the head of a request, measured from the end of the previous answer. An idle connection is closed
    /// after the same time.
    pub head: Duration,
    /// The time for the body of a request.
    pub body: Duration,
    /// The largest size of a body in bytes.
    pub body_bytes: usize,
    /// The time for pending requests after the stop.
    pub grace: Duration,
}

/// Serves requests until `stop` resolves, then finishes pending requests. The service receives the address of the
/// client and the request with its whole body. If the service returns an error, the connection ends without an answer.
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
        // Dropping the set ends the remaining connections.
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
    // Without this option answers are slower, but correct.
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
        // The sender sends nothing. Dropping it is the signal.
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
