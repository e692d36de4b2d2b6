//! The socket. Connections are served by hand, because a fault may close one without an answer, which no router can.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::bank::SharedBank;
use crate::switches;
use crate::wire::pipeline::{self, Dropped};

/// How long calls under way may take once the simulator stops.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait when the machine has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// Where a connection comes from.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves connections until `stop` changes.
pub(crate) async fn run(listener: TcpListener, bank: SharedBank, mut stop: watch::Receiver<()>) {
    let router = switches::router(bank.clone());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let connection = connection(stream, peer.ip(), bank.clone(), router.clone(), stop.clone());
                    connections.spawn(connection);
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            },
            _ = connections.join_next(), if !connections.is_empty() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    // What does not end in time is cut off with the set.
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection(stream: TcpStream, peer: IpAddr, bank: SharedBank, router: Router, mut stop: watch::Receiver<()>) {
    // Small answers should not wait for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: Request<Incoming>| answer(&bank, &router, peer, request.map(Body::new)));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // That a client hangs up, or a fault closes the connection, is nothing to report.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn answer(
    bank: &SharedBank,
    router: &Router,
    peer: IpAddr,
    mut request: Request<Body>,
) -> Result<Response<Body>, Dropped> {
    if switches::owns(request.uri()) {
        request.extensions_mut().insert(Peer(peer));
        let response: Result<_, Infallible> = router.clone().oneshot(request).await;
        return Ok(response.unwrap_or_else(|never| match never {}));
    }
    pipeline::serve(bank, peer, request).await
}
