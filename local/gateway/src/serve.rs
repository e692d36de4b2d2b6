//! The server of the API: the accepted hosts, and the limits on requests.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::Request,
};
use local_aws::AccessKey;
use loopback::{Hosts, Limits};
use shared::http::App;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::{gate::LARGEST_BODY, routes::gateway};

const LIMITS: Limits = Limits {
    head: Duration::from_secs(30),
    body: Duration::from_secs(30),
    body_bytes: LARGEST_BODY,
    grace: Duration::from_secs(2),
};

/// Serves the API until `stop` resolves. The accepted hosts are this machine's names and the host of the public URL.
/// `access_key` stands in for the access key of an IAM user.
///
/// # Errors
/// Returns an error if the listener has no local address.
pub async fn serve(
    listener: TcpListener,
    app: App,
    access_key: AccessKey,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let public_url = &app.tpp.config.public_url;
    let mut hosts = Hosts::of(listener.local_addr()?);
    if let Some(name) = public_url.host_str().and_then(|host| host.parse().ok()) {
        hosts = hosts.behind(name, &public_url.origin().ascii_serialization());
    }
    let router = gateway(app, access_key);
    let service = move |peer: SocketAddr, mut request: Request<Bytes>| {
        // Stands in for API Gateway's `sourceIp`, which the audit line holds.
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::from))
    };
    loopback::serve(listener, hosts, LIMITS, service, stop).await;
    Ok(())
}
