//! The state file: the books of the bank in one JSON file that only its owner can read.
//!
//! Every save replaces the whole file by renaming, so that a crash leaves the last complete file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::{Builder, NamedTempFile};

use crate::keys::ServerKey;
use crate::options::StartError;
use crate::records::books::Books;

/// The name of the format. The number changes when the meaning of the records changes.
const FORMAT: &str = "bunq-simulator 1";

pub(crate) struct StateFile {
    path: PathBuf,
    written: Vec<u8>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    server_key: &'a str,
    books: &'a Books,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    format: String,
    server_key: String,
    books: Books,
}

impl StateFile {
    /// Opens the file, or creates it with a new bank in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, or is not a state file of this simulator.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Arc<ServerKey>, Books), StartError> {
        let (key, books) = match fs::read(&path) {
            Ok(text) => {
                let foreign = |source| StartError::StateFileForeign { path: path.clone(), source };
                let read: Read = serde_json::from_slice(&text).map_err(|source| foreign(Some(source)))?;
                if read.format != FORMAT {
                    return Err(foreign(None));
                }
                (Arc::new(ServerKey::from_pem(&read.server_key)?), read.books)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (ServerKey::shared()?, Books::default()),
            Err(source) => return Err(StartError::StateFileUnreadable { path, source }),
        };
        let mut file = Self { path, written: Vec::new() };
        // The bank reports at the start that it cannot write the file, and not at the first change.
        match file.save(&key, &books) {
            Ok(()) => Ok((file, key, books)),
            Err(source) => Err(StartError::StateFileUnwritable { path: file.path, source }),
        }
    }

    /// Writes the books, unless the file already contains them.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. The old file stays as it is.
    pub(crate) fn save(&mut self, key: &ServerKey, books: &Books) -> io::Result<()> {
        let text = serde_json::to_vec(&Written { format: FORMAT, server_key: key.private_pem(), books })?;
        if text == self.written {
            return Ok(());
        }
        let mut draft = draft_beside(&self.path)?;
        draft.write_all(&text)?;
        draft.as_file().sync_all()?;
        draft.persist(&self.path)?;
        self.written = text;
        Ok(())
    }
}

/// Creates an empty file that only its owner can read. It is in the directory of `path`, since renaming does not work
/// across file systems. Dropping it deletes it, since it contains secrets.
fn draft_beside(path: &Path) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Builder::new().prefix(path.file_name().unwrap_or_default()).suffix(".draft").tempfile_in(directory)
}
