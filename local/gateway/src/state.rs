//! The folder that keeps everything between runs. Only its owner can read it: it holds keys.

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

/// Where the state of one bank is.
#[derive(Clone, Debug)]
pub(crate) struct StateDir(PathBuf);

impl StateDir {
    /// Opens or makes the folder. The simulated bank's state is in the folder itself, each other bank's in one of its
    /// own.
    pub(crate) fn open(folder: &Path, bank: BankChoice) -> Result<Self, LocalError> {
        let Self(path) = Self::at(folder, bank);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        // The mode above is for a new folder only.
        let closed = made.and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)));
        closed.map_err(Self::failed(path.clone()))?;
        Ok(Self(path))
    }

    /// The folder, which need not exist.
    pub(crate) fn at(folder: &Path, bank: BankChoice) -> Self {
        Self(match bank {
            BankChoice::Simulator => folder.to_owned(),
            other => folder.join(other.as_str()),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// How many bytes of state there are.
    pub(crate) fn size(&self) -> u64 {
        let files = [self.aws().join("dynamodb.sqlite"), self.aws().join("secrets.json"), self.simulator()];
        files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
    }

    pub(crate) fn functions_env(&self) -> PathBuf {
        self.0.join("functions.env")
    }

    /// Leaves the environment for functions outside of this process.
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

    /// Whether this folder holds the state of a `local`: its lock file says so. Another folder may hold unrelated files
    /// with the same names.
    pub(crate) fn is_used(&self) -> bool {
        self.aws().join("lock").is_file()
    }

    /// Why it is not deleted just so.
    pub(crate) fn not_without_yes(&self, options: &Options) -> LocalError {
        let (path, root) = (self.0.clone(), options.state_dir.clone());
        LocalError::NotWithoutYes { path, root, bank: options.bunq.as_str() }
    }

    /// Forgets everything that a `local` has made here, unless another process works with it.
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
        // This fails, and the folder is kept, if it holds files that `local` did not make.
        let _ = fs::remove_dir(&aws);
        Ok(())
    }

    /// The drafts that a killed simulator left. They hold keys, too.
    fn simulator_drafts(&self) -> Vec<PathBuf> {
        files(&self.0, |name| name.starts_with("simulator.json.") && name.ends_with(".draft"))
    }

    /// The API key that a run before left here, if it did.
    pub(crate) fn read_api_key(&self) -> Option<ApiKey> {
        let text = fs::read_to_string(self.api_key()).ok()?;
        fs::set_permissions(self.api_key(), fs::Permissions::from_mode(0o600)).ok()?;
        ApiKey::parse(text.trim().to_owned()).ok()
    }

    /// Leaves the API key for the person at the terminal, readable by nobody else.
    pub(crate) fn write_api_key(&self, key: &ApiKey) -> Result<(), LocalError> {
        write_private(&self.api_key(), key.expose())
    }

    /// The access key that a start has made.
    pub(crate) fn existing_access_key(&self) -> Result<AccessKey, LocalError> {
        if !self.aws_credentials().exists() {
            return Err(LocalError::NeverStarted { path: self.0.clone() });
        }
        self.access_key()
    }

    /// The access key of this machine: the one in the file, or a new one that is written there. A file that holds
    /// something else is left as it is.
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

/// Writes a file that nobody else can read.
fn write_private(path: &Path, text: &str) -> Result<(), LocalError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        // The mode above is for a new file only.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())
    };
    write().map_err(StateDir::failed(path.to_owned()))
}
