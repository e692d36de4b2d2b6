//! The tables and their file.
//!
//! The tables live in memory. After each change, and before its answer, all of them are written to a new file, which takes
//! the old one's place. A database that works on its file would be cheaper, but keep what was deleted: in a log, in pages
//! that nothing uses any more, and, whatever [secure_delete](https://www.sqlite.org/pragma.html#pragma_secure_delete) says,
//! in copies that stay behind where rows move between pages. A customer who takes a consent back is told that nothing is
//! kept of it, and the developer who reads these files should find it so. A file that is written anew holds what is in the
//! tables and nothing else. A developer's tables are small: a thousand items take about ten milliseconds.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::Database;
use tokio::sync::Mutex;

use crate::error::StartError;
use crate::folder::StateFolder;

/// All tables, and where they are kept.
pub(crate) struct Tables {
    database: Database,
    folder: Option<Arc<StateFolder>>,
    /// How many changes there were.
    changes: AtomicU64,
    /// How many of them are in the file. Whoever holds this writes it.
    saved: Mutex<u64>,
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").finish_non_exhaustive()
    }
}

impl Tables {
    /// Reads the folder's tables, or begins with none.
    pub(crate) fn open(folder: Option<Arc<StateFolder>>) -> Result<Self, StartError> {
        let unreadable = |place: &str| {
            let place = place.to_owned();
            move |source| StartError::TablesUnreadable { place, source }
        };
        let database = Database::memory().map_err(unreadable("memory"))?;
        // Whatever its name, this makes SQLite leave waiting for the disk to `replace_tables`, which does it once.
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

    /// Returns when the file holds every change that took effect before this was called.
    pub(crate) async fn save(&self) -> io::Result<()> {
        let Some(folder) = self.folder.clone() else {
            return Ok(());
        };
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut saved = self.saved.lock().await;
        if *saved >= change {
            // Whoever wrote the file while this waited wrote this change as well.
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
