//! A way between a function and one of its servers, on which a test counts connections and holds requests up.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy, split},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs::default_provider, pki_types::PrivateKeyDer},
};
use url::Url;

/// A way to a server. It ends when this value is dropped.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    opened: Arc<AtomicUsize>,
    is_held: watch::Sender<bool>,
    is_tls: bool,
    server: JoinHandle<()>,
}

impl Link {
    /// Opens a way to the server at a URL of this machine.
    pub async fn to(url: &Url) -> Self {
        Self::open(url, None).await
    }

    /// Like [`Self::to`], but over TLS. Also returns the certificate, in PEM, of the authority that vouches for it.
    pub async fn over_tls(url: &Url) -> (Self, String) {
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().expect("a key");
        let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
        let server = server.signed_by(&key, &Issuer::new(authority, authority_key)).expect("a certificate");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions of TLS").with_no_client_auth();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = config.with_single_cert(vec![server.der().clone()], key).expect("a certificate with its key");
        (Self::open(url, Some(TlsAcceptor::from(Arc::new(config)))).await, authority_pem)
    }

    async fn open(url: &Url, tls: Option<TlsAcceptor>) -> Self {
        let is_tls = tls.is_some();
        let server = url.socket_addrs(|| None).expect("an address")[0];
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (is_held, hold) = watch::channel(false);
        let opened = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&opened);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(client, server, tls.clone(), hold.clone()));
            }
        });
        Self { address, opened, is_held, is_tls, server }
    }

    /// Returns a URL of the server as it is on this way.
    #[must_use]
    pub fn url(&self, url: &Url) -> Url {
        let mut url = url.clone();
        url.set_ip_host(self.address.ip()).expect("a URL with a host");
        url.set_port(Some(self.address.port())).expect("a URL with a port");
        if self.is_tls {
            url.set_scheme("https").expect("a scheme");
        }
        url
    }

    /// Returns how many connections were opened so far.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// Holds all requests up until [`Self::release`].
    pub fn hold(&self) {
        self.is_held.send_replace(true);
    }

    /// Lets requests pass.
    pub fn release(&self) {
        self.is_held.send_replace(false);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(client: TcpStream, server: SocketAddr, tls: Option<TlsAcceptor>, is_held: watch::Receiver<bool>) {
    let server = TcpStream::connect(server).await.expect("the server");
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("an open connection");
    }
    match tls {
        None => pass_on(client, server, is_held).await,
        Some(tls) => {
            // A client that does not trust the certificate ends the connection.
            let Ok(client) = tls.accept(client).await else { return };
            pass_on(client, server, is_held).await;
        }
    }
}

async fn pass_on(client: impl AsyncRead + AsyncWrite, server: TcpStream, mut is_held: watch::Receiver<bool>) {
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    let there = async {
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            let released = is_held.wait_for(|is_held| !is_held).await.is_ok();
            if !released || to_server.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    // Either end may close the connection at any time.
    let back = async {
        let _ = copy(&mut from_server, &mut to_client).await;
    };
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
