//! A running simulator, and its start and end.

use std::io;
use std::net::SocketAddr;

use loopback::Hosts;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::keys::ServerKey;
use crate::options::{Options, StartError};
use crate::records::books::Books;
use crate::server;
use crate::state_file::StateFile;

/// A bank that listens. It stops when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    url: Url,
    stop: watch::Sender<()>,
    server: JoinHandle<()>,
}

impl Simulator {
    /// Starts a bank and listens.
    ///
    /// # Errors
    ///
    /// When the address is not of this machine or not free, or the state file cannot be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { listen, names, state_file, settings } = options;
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        // The port comes first, so that two simulators do not write one file.
        let failed = |source: io::Error| StartError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::AddressTaken(listen),
            _ => failed(source),
        })?;
        let address = listener.local_addr().map_err(failed)?;
        let url = Url::parse(&format!("http://{address}/")).map_err(|error| failed(io::Error::other(error)))?;

        // Making or reading an RSA key takes long enough to keep other tasks from running.
        let bank = tokio::task::spawn_blocking(move || -> Result<Bank, StartError> {
            let (file, key, books) = match state_file {
                Some(path) => {
                    let (file, key, books) = StateFile::open(path)?;
                    (Some(file), key, books)
                }
                None => (None, ServerKey::shared()?, Books::default()),
            };
            Ok(Bank::new(settings, books, key, file)?)
        });
        let desk = SharedDesk::new(bank.await.map_err(|error| failed(io::Error::other(error)))??);

        let (stop, stopped) = watch::channel(());
        let server = tokio::spawn(server::run(listener, Hosts::of(address).with(names), desk, stopped));
        Ok(Self { address, url, stop, server })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its root, such as `http://127.0.0.1:4100/`.
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// The base of the API, such as `http://127.0.0.1:4100/v1`.
    #[must_use]
    pub fn api_url(&self) -> Url {
        self.at("/v1")
    }

    /// The authorize page, such as `http://127.0.0.1:4100/auth`.
    #[must_use]
    pub fn authorize_url(&self) -> Url {
        self.at("/auth")
    }

    /// The token endpoint, such as `http://127.0.0.1:4100/v1/token`.
    #[must_use]
    pub fn token_url(&self) -> Url {
        self.at("/v1/token")
    }

    /// The pay page of issuer transactions without its query, such as `http://127.0.0.1:4100/pay`.
    #[must_use]
    pub fn pay_url(&self) -> Url {
        self.at("/pay")
    }

    /// Stops listening, lets calls under way end, and returns when the port is free. Every change was saved when it was
    /// made.
    pub async fn stop(mut self) {
        // The server may have ended on its own; then there is nobody to tell and nothing to wait for.
        let _ = self.stop.send(());
        let _ = (&mut self.server).await;
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
