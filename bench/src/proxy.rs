//! A server at a distance: it forwards bytes to a stand-in on this machine, with TLS and with the delay of a network.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional, duplex, split},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

use crate::Failure;

const BUFFER: usize = 256 * 1024;

/// A certificate authority for this run, and a server certificate of it.
pub(crate) struct Authority {
    /// The authority's certificate, for the clients.
    pub(crate) pem: String,
    acceptor: TlsAcceptor,
}

impl Authority {
    /// Makes the authority and a certificate for this machine.
    pub(crate) fn new() -> Result<Self, Failure> {
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { pem: issuer.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

/// What the connections of one proxy share.
#[derive(Debug, Default)]
struct Line {
    round_trip_us: AtomicU64,
    connections: AtomicU64,
    last_get: Mutex<Vec<u8>>,
}

/// A running proxy. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The address of the proxy.
    pub(crate) address: SocketAddr,
    line: Arc<Line>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy of a server, with TLS if there is an authority. It has no delay yet.
    pub(crate) async fn start(server: SocketAddr, authority: Option<&Authority>) -> Result<Self, Failure> {
        let acceptor = authority.map(|authority| authority.acceptor.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let line = Arc::new(Line::default());
        let shared = Arc::clone(&line);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                // A connection that breaks is visible to the client.
                let (line, acceptor) = (Arc::clone(&shared), acceptor.clone());
                tokio::spawn(async move { drop(carry(client, server, acceptor, line).await) });
            }
        });
        Ok(Self { address, line, server })
    }

    /// Sets the round trip of the network.
    pub(crate) fn set_round_trip(&self, round_trip: Duration) {
        let microseconds = u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX);
        self.line.round_trip_us.store(microseconds, Ordering::SeqCst);
    }

    /// Returns the number of connections since the last call.
    pub(crate) fn take_connections(&self) -> u64 {
        self.line.connections.swap(0, Ordering::SeqCst)
    }

    /// Returns the last GET request that passed, if there is no TLS.
    pub(crate) fn last_get(&self) -> Vec<u8> {
        self.line.last_get.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Line {
    fn round_trip(&self) -> Duration {
        Duration::from_micros(self.round_trip_us.load(Ordering::SeqCst))
    }

    fn note(&self, bytes: &[u8]) {
        if bytes.starts_with(b"GET ") {
            *self.last_get.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
        }
    }
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    line: Arc<Line>,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    // The machine has opened the connection without a delay. Over a network this takes a round trip.
    wait_until(Instant::now() + line.round_trip()).await;
    let mut upstream = TcpStream::connect(server).await?;
    upstream.set_nodelay(true)?;
    let (client_out, client_in) = split(client);
    let (near, far) = duplex(BUFFER);
    let (near_out, near_in) = split(near);
    let requests = tokio::spawn(pump(client_out, near_in, Arc::clone(&line)));
    let answers = tokio::spawn(pump(near_out, client_in, line));
    match acceptor {
        Some(acceptor) => copy_bidirectional(&mut acceptor.accept(far).await?, &mut upstream).await?,
        None => copy_bidirectional(&mut { far }, &mut upstream).await?,
    };
    requests.abort();
    let _ = answers.await;
    Ok(())
}

/// Carries bytes in one direction. Each arrives half a round trip after it left.
async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, line: Arc<Line>) {
    let (send, mut queue) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let half = line.round_trip() / 2;
    let read = async move {
        let mut buffer = vec![0; BUFFER];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let bytes = buffer.get(..count).unwrap_or_default();
            line.note(bytes);
            if send.send((Instant::now() + half, bytes.to_vec())).is_err() {
                break;
            }
        }
    };
    let write = async move {
        while let Some((at, bytes)) = queue.recv().await {
            wait_until(at).await;
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

/// Waits until a time, to a fraction of a millisecond. Tokio's own timer counts whole milliseconds.
async fn wait_until(at: Instant) {
    let left = at.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        let _ = spawn_blocking(move || std::thread::sleep(left)).await;
    }
}
