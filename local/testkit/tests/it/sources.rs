//! The files of the workspace, read from the working copy.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// A source file, with its path from the root of the workspace.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Returns every `*.rs` below a folder of the workspace.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Returns the folders below a folder of the workspace that contain a crate.
pub(crate) fn crates(folder: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A crate of the workspace, and the crates of the workspace that it names in its `Cargo.toml`, with those for tests
/// separate. `outside_dependencies` are the crates of others, without those for tests.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<String>,
    pub(crate) test_dependencies: Vec<String>,
    pub(crate) outside_dependencies: Vec<String>,
}

/// Returns the content of the `Cargo.toml` files, as cargo reads it.
#[expect(clippy::disallowed_methods, reason = "cargo names itself to the programs that it runs")]
pub(crate) fn packages() -> Vec<Package> {
    let root = root();
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    let output =
        cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(&root).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let within = |path: &str| Some(Path::new(path).strip_prefix(&root).ok()?.to_str()?.to_owned());
    let packages = metadata["packages"].as_array().unwrap().iter().map(|package| {
        let named = |for_tests: bool| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            dependencies
                .filter(|dependency| (dependency["kind"] == "dev") == for_tests)
                .filter_map(|dependency| within(dependency["path"].as_str()?))
                .collect()
        };
        let outside = package["dependencies"].as_array().unwrap().iter();
        let outside = outside.filter(|dependency| dependency["kind"] != "dev" && dependency["path"].is_null());
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        Package {
            folder: within(manifest.parent().unwrap().to_str().unwrap()).unwrap(),
            dependencies: named(false),
            test_dependencies: named(true),
            outside_dependencies: outside.map(|one| one["name"].as_str().unwrap().to_owned()).collect(),
        }
    });
    packages.collect()
}
