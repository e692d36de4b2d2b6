//! The folder that keeps the state between runs. It holds access tokens and private keys, so only its owner may look in, and
//! only one process may write.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::StartError;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

const LOCK: &str = "lock";
const TABLES: &str = "dynamodb.sqlite";
const SECRETS: &str = "secrets.json";
/// What SQLite keeps beside a file that it works on, as an earlier version had it do.
const TABLES_LOG: [&str; 2] = ["dynamodb.sqlite-wal", "dynamodb.sqlite-shm"];

/// An open state folder; nobody else can open it while this value lives.
#[derive(Debug)]
pub(crate) struct StateFolder {
    path: PathBuf,
    // The lock ends with the file, so it is kept but never read.
    _lock: File,
}

impl StateFolder {
    /// Makes the folder when it is missing, closes it to other users and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let unwritable = |source| StartError::FolderUnwritable { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(unwritable)?;
        // Absolute from here on: the process may change its working folder later.
        let path = fs::canonicalize(path).map_err(unwritable)?;
        close_to_others(&path)?;
        let lock = lock(&path)?;
        let folder = Self { path, _lock: lock };
        folder.close_files().map_err(unwritable)?;
        Ok(folder)
    }

    /// The secrets' file.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }

    /// The tables' file.
    pub(crate) fn tables(&self) -> PathBuf {
        self.path.join(TABLES)
    }

    /// Whether an earlier version left changes beside the tables' file that are not in it.
    pub(crate) fn has_log(&self) -> bool {
        self.path.join(TABLES_LOG[0]).exists()
    }

    /// Removes what an earlier version kept beside the tables' file.
    pub(crate) fn remove_log(&self) -> io::Result<()> {
        TABLES_LOG.iter().try_for_each(|name| match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        })
    }

    /// Replaces the secrets' file.
    pub(crate) fn replace_secrets(&self, content: &[u8]) -> io::Result<()> {
        self.replace(SECRETS, |draft| OpenOptions::new().write(true).open(draft)?.write_all(content))
    }

    /// Replaces the tables' file by what `fill` writes to an empty one.
    pub(crate) fn replace_tables(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        self.replace(TABLES, fill)
    }

    /// Replaces a file in one step: whoever reads it, after a crash too, finds the old or the new content whole.
    fn replace(&self, name: &str, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        let draft = self.path.join(format!("{name}.new"));
        let file = private().write(true).truncate(true).open(&draft)?;
        let filled =
            fill(&draft).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, self.path.join(name)));
        if filled.is_err() {
            // Half a draft is of no use to anybody; that it may not go is the lesser fault.
            let _ = fs::remove_file(&draft);
        }
        filled.and_then(|()| File::open(&self.path)?.sync_all())
    }

    /// Files of an earlier run may have been copied here with wider modes.
    fn close_files(&self) -> io::Result<()> {
        let drafts = [TABLES, SECRETS].map(|name| format!("{name}.new"));
        for name in drafts.iter().map(String::as_str).chain([TABLES, SECRETS]).chain(TABLES_LOG) {
            match fs::set_permissions(self.path.join(name), Permissions::from_mode(FILE_MODE)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// How each file here is made: nobody else can open it, not even for a moment.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(FILE_MODE);
    options
}

/// Takes other users' rights away, but never those of a folder that is used for something else: somebody may have named
/// their home or `/tmp`.
fn close_to_others(path: &Path) -> Result<(), StartError> {
    let unwritable = |source| StartError::FolderUnwritable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unwritable)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let is_empty = fs::read_dir(path).map_err(unwritable)?.next().is_none();
    if !is_empty && !path.join(TABLES).exists() {
        return Err(StartError::FolderOpen { path: path.to_owned() });
    }
    fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE)).map_err(unwritable)
}

fn lock(folder: &Path) -> Result<File, StartError> {
    let path = folder.join(LOCK);
    let file = match private().append(true).open(&path) {
        Ok(file) => file,
        Err(source) => return Err(StartError::FolderUnwritable { path, source }),
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::FolderLocked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StartError::FolderUnwritable { path, source }),
    }
}
