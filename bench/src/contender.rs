//! What is measured: the bootstraps, and how they are built.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::Failure;

/// Which version of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// The reference.
    Hello,
    /// An earlier version.
    Before,
    /// This version.
    Now,
}

/// A bootstrap.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    /// Which version it is.
    pub(crate) who: Who,
    /// The program.
    pub(crate) program: PathBuf,
}

/// Returns the bootstraps, in the order in which they take turns.
pub(crate) fn contenders(now: &Path, before: Option<&Path>) -> Result<Vec<Contender>, Failure> {
    let mut found = vec![Contender { who: Who::Hello, program: now.join("hello") }];
    found.extend(before.map(|folder| Contender { who: Who::Before, program: folder.join("users") }));
    found.push(Contender { who: Who::Now, program: now.join("users") });
    for contender in &mut found {
        let program = &contender.program;
        contender.program = program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?;
    }
    Ok(found)
}

/// Builds the bootstraps into the target folder of this program. Returns the folder that holds them.
pub(crate) fn build(root: &Path) -> Result<PathBuf, Failure> {
    let folder = own_folder()?;
    let target = folder.parent().ok_or("no target folder")?;
    for (package, program) in [("users", "users"), ("bench", "hello")] {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked", "-p", package, "--bin", program]);
        let status = cargo.arg("--target-dir").arg(target).current_dir(root).status()?;
        if !status.success() {
            return Err(format!("{program} was not built: {status}").into());
        }
    }
    Ok(target.join("release"))
}

/// Returns the folder of this program.
pub(crate) fn own_folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    Ok(program.parent().ok_or("no folder")?.to_owned())
}
