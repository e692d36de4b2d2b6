//! The bank's memory on disk: one JSON file that only its owner can read.
//!
//! It is replaced as a whole, by renaming, so that a machine that stops in the middle leaves the last good one behind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::keys::ServerKey;
use crate::options::StartError;
use crate::records::books::Books;

/// Tells the file from any other JSON. A change of the records' meaning changes the number.
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
    /// Opens the file, or makes it with a new bank in it.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written, or is not a file of this simulator.
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
        // What cannot be kept is better known before anything depends on it.
        match file.save(&key, &books) {
            Ok(()) => Ok((file, key, books)),
            Err(source) => Err(StartError::StateFileUnwritable { path: file.path, source }),
        }
    }

    /// Writes the books, unless the file holds them already.
    pub(crate) fn save(&mut self, key: &ServerKey, books: &Books) -> io::Result<()> {
        let text = serde_json::to_vec(&Written { format: FORMAT, server_key: key.private_pem(), books })?;
        if text == self.written {
            return Ok(());
        }
        let draft = draft_of(&self.path);
        let result = write(&draft, &text).and_then(|()| fs::rename(&draft, &self.path));
        if result.is_err() {
            // What is left of a draft would hold secrets; that it may not be there is no error.
            let _ = fs::remove_file(&draft);
        } else {
            self.written = text;
        }
        result
    }
}

/// In the same directory, since renaming does not cross file systems.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.draft", std::process::id()));
    path.with_file_name(name)
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
