//! What can go wrong before the services run, as one line for the developer who started them.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use dynoxide::DynoxideError;

/// Why the embedded AWS did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can be reached from other machines.
    #[error("{address} is not a loopback address; the embedded AWS stays on this machine")]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Another process listens there.
    #[error("{address} is already taken by another process")]
    AddressTaken {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system refused the address for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Another process, or another start in this one, uses the folder.
    #[error("the state folder {} is in use by another process", path.display())]
    FolderLocked {
        /// The state folder.
        path: PathBuf,
    },
    /// The folder holds something else and is open to other users; it is not ours to close.
    #[error("the state folder {} is open to other users; run chmod 700 on it, or name another", path.display())]
    FolderOpen {
        /// The state folder.
        path: PathBuf,
    },
    /// The folder, or a file in it, cannot be made or written.
    #[error("cannot write to the state folder {}: {source}", path.display())]
    FolderUnwritable {
        /// The folder or the file in it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The secrets' file cannot be read.
    #[error("cannot read the secrets in {}: {source}", path.display())]
    SecretsUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The secrets' file holds something else. The parser's own message is left out, because it may quote a secret.
    #[error("{} does not hold saved secrets (line {line}, column {column})", path.display())]
    SecretsMalformed {
        /// The file.
        path: PathBuf,
        /// The line at which the parser gave up.
        line: usize,
        /// The column at which the parser gave up.
        column: usize,
    },
    /// The tables' file is damaged, of a newer version, or no database.
    #[error("cannot open the tables in {place}: {source}")]
    TablesUnreadable {
        /// The file, or "memory".
        place: String,
        /// What the database said.
        source: DynoxideError,
    },
    /// The system gave no thread for DynamoDB.
    #[error("cannot start the embedded DynamoDB: {source}")]
    DynamoDb {
        /// What the system said.
        source: io::Error,
    },
}

/// Why a table was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTablesError {
    /// DynamoDB refused the table or could not keep it.
    #[error("cannot make the table {table}: {source}")]
    Refused {
        /// The name asked for.
        table: String,
        /// What the database said.
        source: DynoxideError,
    },
    /// The state folder holds the table without an index that this version needs.
    #[error("an older version made the table {table}, without an index; delete the state folder and start again")]
    Outdated {
        /// The name of the table.
        table: String,
    },
    /// The tables were made, but the state folder does not take them.
    #[error("cannot save the tables: {source}")]
    Unsaved {
        /// What the system said.
        source: io::Error,
    },
    /// The work was given up because the runtime is shutting down.
    #[error("the tables were not made because the program is ending")]
    Ending,
}
