//! The socket, and the choice between the bank and the switches.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use loopback::{Hosts, Limits};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::desk::SharedDesk;
use crate::pipeline::{self, Dropped};
use crate::switches;
use crate::wire::call::Peer;

const LIMITS: Limits = Limits {
    // Longer than most clients keep an idle connection.
    head: Duration::from_secs(120),
    body: Duration::from_secs(30),
    // A fault may contain a whole answer, and tests need answers that are larger than a client accepts.
    body_bytes: 16 * 1024 * 1024,
    grace: Duration::from_secs(1),
};

/// Serves connections until `stop` changes.
pub(crate) async fn run(listener: TcpListener, hosts: Hosts, desk: SharedDesk, mut stop: watch::Receiver<()>) {
    let router = switches::router(desk.clone());
    let service = move |peer: SocketAddr, request: Request<Bytes>| {
        let (desk, router) = (desk.clone(), router.clone());
        async move { answer(&desk, &router, peer.ip(), request.map(Body::from)).await }
    };
    // An error means that the sender was dropped, which is a stop, too.
    loopback::serve(listener, hosts, LIMITS, service, async move { drop(stop.changed().await) }).await;
}

async fn answer(
    desk: &SharedDesk,
    router: &Router,
    peer: IpAddr,
    mut request: Request<Body>,
) -> Result<Response<Body>, Dropped> {
    if switches::owns(request.uri()) {
        request.extensions_mut().insert(Peer(peer));
        let response: Result<_, Infallible> = router.clone().oneshot(request).await;
        return Ok(response.unwrap_or_else(|never| match never {}));
    }
    pipeline::serve(desk, peer, request).await
}
