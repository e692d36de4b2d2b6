//! A running simulator.

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
use crate::options::{CustomersText, Options, StartError};
use crate::records::books::Books;
use crate::records::customer_file::{ReadFile, Repeated};
use crate::sender;
use crate::server;
use crate::state_file::StateFile;

/// A bank that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    url: Url,
    stop: watch::Sender<()>,
    server: JoinHandle<()>,
    sender: JoinHandle<()>,
}

impl Simulator {
    /// Starts a bank and listens.
    ///
    /// # Errors
    ///
    /// When the address is not a loopback address or not free, or the state file or the customers cannot be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { listen, names, state_file, customers, settings } = options;
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        // The port is opened first, so that two simulators never write one file.
        let failed = |source: io::Error| StartError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::AddressTaken(listen),
            _ => failed(source),
        })?;
        let address = listener.local_addr().map_err(failed)?;
        let url = Url::parse(&format!("http://{address}/")).map_err(|error| failed(io::Error::other(error)))?;

        // Generating or reading an RSA key would block other tasks.
        let bank = tokio::task::spawn_blocking(move || -> Result<Bank, StartError> {
            let (file, key, books) = match state_file {
                Some(path) => {
                    let (file, key, books) = StateFile::open(path)?;
                    (Some(file), key, books)
                }
                None => (None, ServerKey::shared()?, Books::default()),
            };
            let mut bank = Bank::new(settings, books, key, file)?;
            if let Some(CustomersText { name, json }) = customers {
                let added = ReadFile::of(&json).and_then(|file| bank.add_customers(&file, Repeated::Skipped));
                added.map_err(|source| StartError::Customers { name, source })?;
                bank.save();
            }
            Ok(bank)
        });
        let desk = SharedDesk::new(bank.await.map_err(|error| failed(io::Error::other(error)))??);

        let (stop, stopped) = watch::channel(());
        let server = tokio::spawn(server::run(listener, Hosts::of(address).with(names), desk.clone(), stopped.clone()));
        let sender = tokio::spawn(sender::run(desk, stopped));
        Ok(Self { address, url, stop, server, sender })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The root, such as `http://127.0.0.1:4100/`.
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

    /// Stops listening, waits for pending calls, and returns when the port is free. Every change is already saved.
    pub async fn stop(mut self) {
        // If the server has already ended, there is nothing to stop.
        let _ = self.stop.send(());
        let _ = (&mut self.server).await;
        let _ = (&mut self.sender).await;
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
        self.sender.abort();
    }
}
