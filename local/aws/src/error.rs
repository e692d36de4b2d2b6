//! The errors of a start. Each has a text of one line for the developer who started the services.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use dynoxide::DynoxideError;

/// Why the embedded AWS does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is reachable from other machines.
    #[error("{address} is not a loopback address; the embedded AWS stays on this machine")]
    NotLoopback {
        /// The requested address.
        address: SocketAddr,
    },
    /// Another process listens on the address.
    #[error("{address} is already taken by another process")]
    AddressTaken {
        /// The requested address.
        address: SocketAddr,
    },
    /// The address cannot be used, for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another process, or another instance in this process, uses the folder.
    #[error("the state folder {} is in use by another process", path.display())]
    FolderLocked {
        /// The state folder.
        path: PathBuf,
    },
    /// Other users can access the folder, and it contains other files, so its mode is not changed.
    #[error("the state folder {} is open to other users; run chmod 700 on it, or name another", path.display())]
    FolderOpen {
        /// The state folder.
        path: PathBuf,
    },
    /// The folder, or a file in it, cannot be created or written.
    #[error("cannot write to the state folder {}: {source}", path.display())]
    FolderUnwritable {
        /// The folder or the file in it.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file with the secrets cannot be read.
    #[error("cannot read the secrets in {}: {source}", path.display())]
    SecretsUnreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file with the secrets is malformed. The text omits the parser's message, which may quote a secret.
    #[error("{} does not hold saved secrets (line {line}, column {column})", path.display())]
    SecretsMalformed {
        /// The file.
        path: PathBuf,
        /// The line at which parsing failed.
        line: usize,
        /// The column at which parsing failed.
        column: usize,
    },
    /// The file with the tables is damaged, written by a newer version, or not a database.
    #[error("cannot open the tables in {place}: {source}")]
    TablesUnreadable {
        /// The file, or "memory".
        place: String,
        /// The error of the database.
        source: DynoxideError,
    },
    /// The thread of DynamoDB cannot be started.
    #[error("cannot start the embedded DynamoDB: {source}")]
    DynamoDb {
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Why the tables are not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateTablesError {
    /// DynamoDB refused the table.
    #[error("cannot create the table {table}: {source}")]
    Refused {
        /// The name of the table.
        table: String,
        /// The error of the database.
        source: DynoxideError,
    },
    /// The table exists without an index that this version needs.
    #[error("the table {table} of an older version lacks an index; delete the state folder and start again")]
    Outdated {
        /// The name of the table.
        table: String,
    },
    /// The tables were created, but they cannot be saved in the state folder.
    #[error("cannot save the tables: {source}")]
    Unsaved {
        /// The error of the operating system.
        source: io::Error,
    },
    /// The runtime is shutting down.
    #[error("the tables were not created because the program is stopping")]
    Ending,
}
