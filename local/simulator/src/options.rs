//! How a simulator is started, and what can stop it from starting.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use loopback::Name;

use crate::settings::Settings;

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. It must be a loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Names that requests may be for, besides those of this machine. A page in a browser can make any other name lead
    /// here.
    pub names: Vec<Name>,
    /// Where the bank keeps what it knows. Without a file it forgets everything when it stops.
    pub state_file: Option<PathBuf>,
    /// How the bank behaves at first; `/_simulator/settings` changes it later.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            names: Vec::new(),
            state_file: None,
            settings: Settings::default(),
        }
    }
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A bank without TLS and with every key in reach must not be seen from other machines.
    #[error("{0} is not a loopback address; the simulator listens on this machine only")]
    NotLoopback(SocketAddr),
    /// Another program listens there.
    #[error("{0} is taken by another program")]
    AddressTaken(SocketAddr),
    /// The operating system refused the address for another reason.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The state file is there and cannot be read.
    #[error("cannot read the state file {}", path.display())]
    StateFileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The state file cannot be written.
    #[error("cannot write the state file {}", path.display())]
    StateFileUnwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The file was not written by this version of the simulator; it is left as it is.
    #[error("{} is not a state file of this simulator", path.display())]
    StateFileForeign {
        /// The file.
        path: PathBuf,
        /// What is wrong with its text, where that is known.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The bank's own key pair could not be made, or the one in the state file is unusable.
    #[error("the bank's key pair is unusable")]
    ServerKey(#[from] ServerKeyError),
}

/// What is wrong with the bank's key pair.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeyError {
    /// The key pair could not be generated.
    #[error("a key pair could not be generated")]
    Generate(#[source] rsa::Error),
    /// The stored private key is not PKCS#8 PEM.
    #[error("the private key cannot be read")]
    Decode(#[source] rsa::pkcs8::Error),
    /// The private key cannot be written as PKCS#8 PEM.
    #[error("the private key cannot be written")]
    Encode(#[source] rsa::pkcs8::Error),
    /// The public key cannot be written as PEM.
    #[error("the public key cannot be written")]
    EncodePublic(#[source] rsa::pkcs8::spki::Error),
}
