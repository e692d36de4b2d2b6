//! Resolves names to addresses that are safe to connect to.
//!
//! Refused addresses are dropped, and a lookup fails if none is left. A receiver whose name has a public and a private
//! address stays reachable, and the client never learns the private one. The check is repeated for each connection, so
//! a name that was public when it was registered, and points to a private address now, is refused.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::receivers::Receivers;

/// The future of the addresses of a name.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a name.
pub trait Lookup: Send + Sync + 'static {
    /// Finds all addresses of a name, the preferred one first.
    fn lookup(&self, name: &str) -> Addresses;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Addresses {
        let name = name.to_owned();
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name has no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The name could not be resolved.
    #[error("the name could not be resolved")]
    Dns(#[from] io::Error),
    /// The name has no address.
    #[error("the name has no address")]
    NoAddress,
    /// All addresses of the name are refused.
    #[error("the name has no public address")]
    RefusedAddress,
}

/// Resolves names, and drops the addresses that are not permitted.
#[derive(Clone)]
pub struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    receivers: Receivers,
}

impl GuardedResolver {
    /// Guards another resolver.
    #[must_use]
    pub fn new(lookup: impl Lookup, receivers: Receivers) -> Self {
        Self { lookup: Arc::new(lookup), receivers }
    }

    /// Finds the permitted addresses of a name, at least one.
    ///
    /// # Errors
    /// Returns [`LookupError`] if the name cannot be resolved, or none of its addresses is permitted.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let mut addresses = self.lookup.lookup(name).await?;
        if addresses.is_empty() {
            return Err(LookupError::NoAddress);
        }
        addresses.retain(|address| self.receivers.permit(name, *address));
        if addresses.is_empty() { Err(LookupError::RefusedAddress) } else { Ok(addresses) }
    }
}

impl fmt::Debug for GuardedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedResolver").field("receivers", &self.receivers).finish_non_exhaustive()
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            // The client replaces port 0 by that of the URL.
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
