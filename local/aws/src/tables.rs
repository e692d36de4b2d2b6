//! The tables and their file.
//!
//! The tables are in memory. After each change, and before its answer, all of them are written to a new file, which
//! replaces the old one. A database that works on its file would be faster, but it keeps deleted data: in a log, in
//! unused pages, and, in spite of [secure_delete](https://www.sqlite.org/pragma.html#pragma_secure_delete), in stale
//! copies of rows that moved between pages. A customer who revokes a consent is informed that nothing of it is kept,
//! and this must be true of these files, too. A new file contains the items of the tables and nothing else. The tables
//! of a developer are small: writing a thousand items takes about ten milliseconds.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::Database;
use tokio::sync::Mutex;

use crate::error::StartError;
use crate::folder::StateFolder;

/// All tables, and the folder that keeps them.
pub(crate) struct Tables {
    database: Database,
    folder: Option<Arc<StateFolder>>,
    /// The number of changes.
    changes: AtomicU64,
    /// The number of changes in the file. The holder of the lock writes the file.
    saved: Mutex<u64>,
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").finish_non_exhaustive()
    }
}

impl Tables {
    /// Reads the tables of the folder, or starts without any.
    ///
    /// # Errors
    /// Returns [`StartError`] if the file with the tables cannot be read or written.
    pub(crate) fn open(folder: Option<Arc<StateFolder>>) -> Result<Self, StartError> {
        let unreadable = |place: &str| {
            let place = place.to_owned();
            move |source| StartError::TablesUnreadable { place, source }
        };
        let database = Database::memory().map_err(unreadable("memory"))?;
        // This makes SQLite not wait for the disk. `replace_tables` waits for it, once per file.
        database.enable_bulk_loading().map_err(unreadable("memory"))?;
        if let Some(folder) = &folder {
            let path = folder.tables();
            let unwritable = |source| StartError::FolderUnwritable { path: path.clone(), source };
            if path.try_exists().map_err(unwritable)? {
                let place = text(&path).map_err(unwritable)?;
                database.restore_from(place).map_err(unreadable(place))?;
            }
            // A folder that cannot be written is an error at the start, not at the first change.
            write(&database, folder).map_err(unwritable)?;
        }
        Ok(Self { database, folder, changes: AtomicU64::new(0), saved: Mutex::new(0) })
    }

    /// The tables in memory.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Saves the tables. On return, the file contains every change that took effect before the call.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(crate) async fn save(&self) -> io::Result<()> {
        let Some(folder) = self.folder.clone() else {
            return Ok(());
        };
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut saved = self.saved.lock().await;
        if *saved >= change {
            // Another caller has written the file in the meantime, with this change.
            return Ok(());
        }
        let changes = self.changes.load(Ordering::SeqCst);
        let database = self.database.clone();
        let work = move || write(&database, &folder);
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))?;
        *saved = changes;
        Ok(())
    }
}

fn write(database: &Database, folder: &StateFolder) -> io::Result<()> {
    folder.replace_tables(|draft| database.vacuum_into(text(draft)?).map_err(io::Error::other))
}

fn text(path: &Path) -> io::Result<&str> {
    path.to_str().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8"))
}
