//! The state folder of `local`. It is private to its owner, because it contains keys.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use local_aws::{AccessKey, AccessKeyError};
use secrecy::{ExposeSecret as _, SecretString};
use shared::types::secret::{ApiKey, Secret as _};

use crate::{
    error::LocalError,
    options::{BankChoice, Options},
};

/// The folder with the state at one bank.
#[derive(Clone, Debug)]
pub(crate) struct StateDir(PathBuf);

impl StateDir {
    /// Opens the folder, or creates it. The state at the simulated bank is in the folder itself; each other bank has a
    /// subfolder.
    ///
    /// # Errors
    /// [`LocalError::StateDir`] if the folder cannot be created or made private.
    pub(crate) fn open(folder: &Path, bank: BankChoice) -> Result<Self, LocalError> {
        let Self(path) = Self::at(folder, bank);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        // The mode above applies to a new folder only.
        let closed = made.and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)));
        closed.map_err(Self::failed(path.clone()))?;
        Ok(Self(path))
    }

    /// The folder, which may not exist.
    pub(crate) fn at(folder: &Path, bank: BankChoice) -> Self {
        Self(match bank {
            BankChoice::Simulator => folder.to_owned(),
            other => folder.join(other.as_str()),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The size of the state in bytes.
    pub(crate) fn size(&self) -> u64 {
        let files = [self.aws().join("dynamodb.sqlite"), self.aws().join("secrets.json"), self.simulator()];
        files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
    }

    pub(crate) fn functions_env(&self) -> PathBuf {
        self.0.join("functions.env")
    }

    /// Writes the environment file for functions in other processes.
    pub(crate) fn write_functions_env(&self, content: &SecretString) -> Result<(), LocalError> {
        write_private(&self.functions_env(), content.expose_secret())
    }

    pub(crate) fn aws(&self) -> PathBuf {
        self.0.join("aws")
    }

    pub(crate) fn simulator(&self) -> PathBuf {
        self.0.join("simulator.json")
    }

    pub(crate) fn api_key(&self) -> PathBuf {
        self.0.join("api-key")
    }

    pub(crate) fn aws_credentials(&self) -> PathBuf {
        self.0.join("aws-credentials")
    }

    fn failed(path: PathBuf) -> impl FnOnce(io::Error) -> LocalError {
        move |source| LocalError::StateDir { path, source }
    }

    /// Whether the folder contains the state of a `local`, as its lock file shows. Another folder may contain unrelated
    /// files with the same names.
    pub(crate) fn is_used(&self) -> bool {
        self.aws().join("lock").is_file()
    }

    /// The error if a deletion lacks `--yes`.
    pub(crate) fn not_without_yes(&self, options: &Options) -> LocalError {
        let (path, root) = (self.0.clone(), options.state_dir.clone());
        LocalError::NotWithoutYes { path, root, bank: options.bunq.as_str() }
    }

    /// Deletes every file that a `local` has created here.
    ///
    /// # Errors
    /// [`LocalError::StateDirInUse`] if another process uses the folder; [`LocalError::StateDir`] if a file cannot be
    /// deleted.
    pub(crate) fn forget(&self) -> Result<(), LocalError> {
        let aws = self.aws();
        let Ok(lock) = File::open(aws.join("lock")) else { return Ok(()) };
        lock.try_lock().map_err(|_| LocalError::StateDirInUse { path: self.0.clone() })?;
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        };
        let own = [self.simulator(), self.api_key(), self.aws_credentials(), self.functions_env()];
        // The lock last: a reset that was interrupted can then be repeated.
        let of_aws = of_aws(&aws).into_iter().chain([aws.join("lock")]);
        for file in own.into_iter().chain(self.simulator_drafts()).chain(of_aws) {
            gone(fs::remove_file(&file)).map_err(Self::failed(file))?;
        }
        // This fails if the folder contains files that `local` has not created. Then the folder is kept.
        let _ = fs::remove_dir(&aws);
        Ok(())
    }

    /// The drafts that a killed simulator left. They hold keys, too.
    fn simulator_drafts(&self) -> Vec<PathBuf> {
        files(&self.0, |name| name.starts_with("simulator.json.") && name.ends_with(".draft"))
    }

    /// The API key that an earlier run has written, if there is one.
    pub(crate) fn read_api_key(&self) -> Option<ApiKey> {
        let text = fs::read_to_string(self.api_key()).ok()?;
        fs::set_permissions(self.api_key(), fs::Permissions::from_mode(0o600)).ok()?;
        ApiKey::parse(text.trim().to_owned()).ok()
    }

    /// Writes the API key to a private file.
    pub(crate) fn write_api_key(&self, key: &ApiKey) -> Result<(), LocalError> {
        write_private(&self.api_key(), key.expose())
    }

    /// The access key that a start has created.
    ///
    /// # Errors
    /// [`LocalError::NeverStarted`] if there is no credentials file.
    pub(crate) fn existing_access_key(&self) -> Result<AccessKey, LocalError> {
        if !self.aws_credentials().exists() {
            return Err(LocalError::NeverStarted { path: self.0.clone() });
        }
        self.access_key()
    }

    /// The access key of this machine: the one in the credentials file, or a new one that is written to it.
    ///
    /// # Errors
    /// [`LocalError::Credentials`] if the file does not contain a valid access key; the file is not changed then.
    pub(crate) fn access_key(&self) -> Result<AccessKey, LocalError> {
        let path = self.aws_credentials();
        match fs::read_to_string(&path) {
            Ok(text) => {
                let close = fs::set_permissions(&path, fs::Permissions::from_mode(0o600));
                close.map_err(Self::failed(path.clone()))?;
                let invalid = |source: AccessKeyError| LocalError::Credentials { path, source };
                AccessKey::from_credentials_file(&text).map_err(invalid)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = AccessKey::generate();
                write_private(&path, key.to_credentials_file().expose_secret())?;
                Ok(key)
            }
            Err(error) => Err(Self::failed(path)(error)),
        }
    }
}

/// The files of the embedded AWS, and what SQLite and killed processes left beside them.
fn of_aws(folder: &Path) -> Vec<PathBuf> {
    files(folder, |name| name.starts_with("dynamodb.sqlite") || name.starts_with("secrets.json"))
}

/// The files of a folder whose names the test accepts.
fn files(folder: &Path, test: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(&test)).map(|entry| entry.path()).collect()
}

/// Writes a private file.
fn write_private(path: &Path, text: &str) -> Result<(), LocalError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        // The mode above applies to a new file only.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())
    };
    write().map_err(StateDir::failed(path.to_owned()))
}
