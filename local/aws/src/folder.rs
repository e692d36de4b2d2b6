//! The state folder: what is kept between runs. It holds access tokens and private keys, so it is private to its owner,
//! and one process at a time uses it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::StartError;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

const LOCK: &str = "lock";
const TABLES: &str = "dynamodb.sqlite";
const SECRETS: &str = "secrets.json";
const DRAFT_SUFFIX: &str = ".draft";

/// An open state folder. It stays locked while this value lives.
#[derive(Debug)]
pub(crate) struct StateFolder {
    path: PathBuf,
    // Closing the file releases the lock.
    _lock: File,
}

impl StateFolder {
    /// Creates the folder if it is missing, makes it and its files private, and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let unwritable = |source| StartError::FolderUnwritable { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(unwritable)?;
        // Absolute from here on: the process may change its working directory later.
        let path = fs::canonicalize(path).map_err(unwritable)?;
        make_private(&path)?;
        let lock = lock(&path)?;
        let folder = Self { path, _lock: lock };
        folder.tidy().map_err(unwritable)?;
        Ok(folder)
    }

    /// The path of the file with the secrets.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }

    /// The path of the file with the tables.
    pub(crate) fn tables(&self) -> PathBuf {
        self.path.join(TABLES)
    }

    /// Replaces the content of the file with the secrets.
    pub(crate) fn replace_secrets(&self, content: &[u8]) -> io::Result<()> {
        self.replace(SECRETS, |draft| draft.write_all(content))
    }

    /// Replaces the file with the tables. `fill` writes the new content to an empty file.
    pub(crate) fn replace_tables(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        self.replace(TABLES, |draft| fill(draft.path()))
    }

    /// Replaces a file atomically: a reader finds either the old or the new content, even after a crash.
    fn replace(&self, name: &str, fill: impl FnOnce(&mut NamedTempFile) -> io::Result<()>) -> io::Result<()> {
        let mut draft = tempfile::Builder::new()
            .prefix(&format!("{name}."))
            .suffix(DRAFT_SUFFIX)
            .permissions(Permissions::from_mode(FILE_MODE))
            .tempfile_in(&self.path)?;
        fill(&mut draft)?;
        draft.as_file().sync_all()?;
        draft.persist(self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }

    /// Deletes the drafts that a killed process left, and makes the files private, which may have been copied here with
    /// other modes.
    fn tidy(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let (name, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
            let name = name.to_str().unwrap_or_default();
            if [TABLES, SECRETS].contains(&name) {
                fs::set_permissions(path, Permissions::from_mode(FILE_MODE))?;
            } else if is_draft(name) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Whether a file is a draft of ours, such as `secrets.json.Ab12Cd.draft`, or SQLite's journal of one.
fn is_draft(name: &str) -> bool {
    let random = [TABLES, SECRETS].iter().find_map(|file| name.strip_prefix(file)?.strip_prefix('.'));
    random.is_some_and(|rest| rest.contains(DRAFT_SUFFIX))
}

/// Makes the folder private, unless it contains other files: the path may be the home directory or `/tmp`.
fn make_private(path: &Path) -> Result<(), StartError> {
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
    let file = match OpenOptions::new().create(true).append(true).mode(FILE_MODE).open(&path) {
        Ok(file) => file,
        Err(source) => return Err(StartError::FolderUnwritable { path, source }),
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::FolderLocked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StartError::FolderUnwritable { path, source }),
    }
}
