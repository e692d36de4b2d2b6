//! A receiver of webhooks on this machine, over http or https, which answers as a test says. And names that resolve as
//! a test says.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{HeaderMap, HeaderName};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use webhooks::{Addresses, EndpointUrl, Lookup, Receivers, Sender};

/// What a receiver does.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Reads the request, sends this text, and closes the connection.
    Text(String),
    /// Reads the request, sends this text, and keeps the connection open.
    Begin(&'static str),
    /// Sends this text before it has read anything, and keeps the connection open.
    AtOnce(&'static str),
    /// Reads the request, sends this text, and then `x` a billion times.
    Flood(&'static str),
}

/// Returns an answer with a status line and this header.
pub(crate) fn answer(status: &str, header: &str) -> Answer {
    Answer::Text(format!("HTTP/1.1 {status}\r\n{header}content-length: 2\r\n\r\nok"))
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    written: AtomicUsize,
    requests: Mutex<Vec<Received>>,
}

/// A receiver. It ends when this value is dropped.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    authority: CertificateDer<'static>,
    seen: Arc<Seen>,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Starts a receiver over http.
    pub(crate) async fn http(answer: Answer) -> Self {
        Self::start(answer, None, certificate().1).await
    }

    /// Starts a receiver over https, with a certificate for `localhost`.
    pub(crate) async fn https(answer: Answer) -> Self {
        let (config, authority) = certificate();
        Self::start(answer, Some(TlsAcceptor::from(Arc::new(config))), authority).await
    }

    async fn start(answer: Answer, tls: Option<TlsAcceptor>, authority: CertificateDer<'static>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::<Seen>::default());
        let counted = Arc::clone(&seen);
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                let (answer, tls, seen) = (answer.clone(), tls.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    // A sender may close the connection at any time.
                    let _ = match tls {
                        None => serve(connection, answer, &seen).await,
                        Some(tls) => async { serve(tls.accept(connection).await?, answer, &seen).await }.await,
                    };
                });
            }
        });
        Self { address, authority, seen, server }
    }

    /// Returns the URL of this receiver.
    pub(crate) fn url(&self, scheme: &str, host: &str) -> EndpointUrl {
        let text = format!("{scheme}://{host}:{}/hooks?shop=1", self.address.port());
        EndpointUrl::parse(&text, Receivers::Loopback).unwrap()
    }

    /// Returns a TLS configuration that trusts this receiver only. Its list of protocols is one that this receiver
    /// refuses.
    pub(crate) fn tls(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }

    /// Returns a sender that trusts this receiver, and resolves all names to it.
    pub(crate) fn sender(&self) -> Sender {
        Sender::new(self.tls(), Receivers::Loopback, Names::always(self.address.ip())).unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Returns how many bytes of floods were written.
    pub(crate) fn written(&self) -> usize {
        self.seen.written.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn certificate() -> (ServerConfig, CertificateDer<'static>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap().der().clone();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = config.with_single_cert(vec![server.der().clone()], key).unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    (config, root)
}

async fn serve(mut connection: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, seen: &Seen) -> io::Result<()> {
    if let Answer::AtOnce(text) = answer {
        connection.write_all(text.as_bytes()).await?;
        return wait_for_the_end(connection).await;
    }
    let received = read(&mut connection).await?;
    seen.requests.lock().unwrap().push(received);
    match answer {
        Answer::Text(text) => {
            connection.write_all(text.as_bytes()).await?;
            connection.shutdown().await
        }
        Answer::Begin(text) | Answer::AtOnce(text) => {
            connection.write_all(text.as_bytes()).await?;
            connection.flush().await?;
            wait_for_the_end(connection).await
        }
        Answer::Flood(text) => {
            connection.write_all(text.as_bytes()).await?;
            let part = [b'x'; 50_000];
            for _ in 0..20_000 {
                connection.write_all(&part).await?;
                seen.written.fetch_add(part.len(), Ordering::SeqCst);
            }
            connection.shutdown().await
        }
    }
}

async fn wait_for_the_end(mut connection: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut rest = [0; 1024];
    while connection.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Reads a request with a body of known length.
async fn read(connection: &mut (impl AsyncRead + Unpin)) -> io::Result<Received> {
    let mut bytes = Vec::new();
    loop {
        if connection.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let pairs = lines.map(|line| line.split_once(": ").unwrap());
        let headers: HeaderMap =
            pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect();
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        let body = &bytes[end + 4..];
        if body.len() >= length {
            return Ok(Received { line, headers, body: body.to_vec() });
        }
    }
}

/// Names whose addresses a test gives.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Scripts>>);

#[derive(Default)]
struct Scripts {
    answers: VecDeque<io::Result<Vec<IpAddr>>>,
    /// The answer after the last one.
    always: Vec<IpAddr>,
    asked: Vec<String>,
}

impl Names {
    /// Every name has this address.
    pub(crate) fn always(address: IpAddr) -> Self {
        let names = Self::default();
        names.0.lock().unwrap().always.push(address);
        names
    }

    /// The lookups get these answers, one after the other.
    pub(crate) fn of<const N: usize>(answers: [&[&str]; N]) -> Self {
        let names = Self::default();
        for answer in answers {
            let addresses = answer.iter().map(|address| address.parse().unwrap()).collect();
            names.0.lock().unwrap().answers.push_back(Ok(addresses));
        }
        names
    }

    /// The first lookup fails.
    pub(crate) fn unknown() -> Self {
        let names = Self::default();
        names.0.lock().unwrap().answers.push_back(Err(io::Error::other("no such name")));
        names
    }

    /// Returns the names that were looked up.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }
}

impl Lookup for Names {
    fn lookup(&self, name: &str) -> Addresses {
        let mut scripts = self.0.lock().unwrap();
        scripts.asked.push(name.to_owned());
        let answer = scripts.answers.pop_front().unwrap_or_else(|| Ok(scripts.always.clone()));
        Box::pin(std::future::ready(answer))
    }
}
