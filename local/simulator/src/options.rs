//! The options of a simulator, and the errors of its start.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use loopback::Name;

use crate::settings::Settings;

/// The options of a simulator.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. It must be a loopback address; port 0 selects a free port.
    pub listen: SocketAddr,
    /// Host names that the simulator answers to, besides those of this machine. It refuses all other names, since a
    /// page in a browser can resolve any name to this machine.
    pub names: Vec<Name>,
    /// The file that keeps the state of the bank. Without a file the state is lost at the end.
    pub state_file: Option<PathBuf>,
    /// Customers besides the built-in ones.
    pub customers: Option<CustomersText>,
    /// The initial settings; `/_simulator/settings` changes them later.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            names: Vec::new(),
            state_file: None,
            customers: None,
            settings: Settings::default(),
        }
    }
}

/// A file of customers. `GET /_simulator/customers/schema` shows its format.
#[derive(Clone, Debug)]
pub struct CustomersText {
    /// The name of the file, for errors.
    pub name: String,
    /// The JSON in the file.
    pub json: String,
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not a loopback address. Other machines must not reach a bank without TLS whose keys are all
    /// public.
    #[error("{0} is not a loopback address; the simulator listens on this machine only")]
    NotLoopback(SocketAddr),
    /// Another program listens on the address.
    #[error("{0} is taken by another program")]
    AddressTaken(SocketAddr),
    /// The operating system refused the address for another reason.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address in the options.
        address: SocketAddr,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The state file exists, but cannot be read.
    #[error("cannot read the state file {}", path.display())]
    StateFileUnreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The state file cannot be written.
    #[error("cannot write the state file {}", path.display())]
    StateFileUnwritable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The file is not from this version of the simulator. It stays unchanged.
    #[error("{} is not a state file of this simulator", path.display())]
    StateFileForeign {
        /// The path of the file.
        path: PathBuf,
        /// The error in its JSON, if there is one.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The customers cannot be added.
    #[error("cannot use the customers of {name}")]
    Customers {
        /// The name of the file.
        name: String,
        /// The error in the file.
        #[source]
        source: CustomersError,
    },
    /// The key pair of the bank cannot be generated, or the one in the state file is invalid.
    #[error("the bank's key pair is unusable")]
    ServerKey(#[from] ServerKeyError),
}

/// Why customers cannot be added, and where in the file the reason is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}{}{}: {reason}", named("customer", customer.as_deref()), named("account", account.as_deref()))]
pub struct CustomersError {
    /// The line of the fault, from 1; if it concerns a whole customer or account, the first line of it.
    pub line: usize,
    /// The name of the customer. `None` if the file is not JSON, or the fault is outside the customers.
    pub customer: Option<String>,
    /// The description of the account. `None` if the fault is not inside an account.
    pub account: Option<String>,
    /// The reason.
    pub reason: String,
    /// The kind of the reason.
    pub kind: CustomersErrorKind,
}

/// The kind of an error in a file of customers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CustomersErrorKind {
    /// The file is invalid, or a customer contradicts itself.
    Invalid,
    /// Another customer has the same name, id, IBAN or the like.
    Conflict,
}

fn named(kind: &str, name: Option<&str>) -> String {
    name.map(|name| format!(", {kind} \"{name}\"")).unwrap_or_default()
}

/// The fault of the bank's key pair.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeyError {
    /// The key pair cannot be generated.
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
