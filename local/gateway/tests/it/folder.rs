//! The state folder contains keys, so it is private to its owner.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::{
    browser::Browser,
    process::{Folder, Local},
};

/// The folder and everything in it, with their modes.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    let mut found = vec![(folder.to_owned(), mode(folder))];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(modes(&path));
        } else {
            found.push((path.clone(), mode(&path)));
        }
    }
    found
}

#[track_caller]
fn assert_private(folder: &Path) {
    let found = modes(folder);
    let names: Vec<_> = found.iter().map(|(path, _)| path.strip_prefix(folder).unwrap().to_str().unwrap()).collect();
    for name in [
        "api-key",
        "aws-credentials",
        "functions.env",
        "simulator.json",
        "aws",
        "aws/secrets.json",
        "aws/dynamodb.sqlite",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let open: Vec<_> = found
        .iter()
        .filter(|(path, mode)| *mode != if path.is_dir() { 0o700 } else { 0o600 })
        .map(|(path, mode)| format!("{} has the mode {mode:o}", path.display()))
        .collect();
    assert!(open.is_empty(), "{open:#?}");
}

#[tokio::test]
async fn whatever_it_makes_can_be_read_by_its_owner_alone() {
    let (folder, browser) = (Folder::new(), Browser::new());

    let local = Local::start(&folder.path(), &[]);
    browser.connect(&local, "person").await;

    assert_private(&folder.path());
    assert!(local.signal("TERM").success());
    assert_private(&folder.path());
}

#[tokio::test]
async fn files_that_were_opened_to_others_are_closed_again() {
    let folder = Folder::onboarded();
    // The lock file is empty.
    let files = modes(&folder.path()).into_iter().filter(|(path, _)| path.is_file() && !path.ends_with("lock"));
    for (path, _) in files {
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }

    let _local = Local::start(&folder.path(), &[]);

    assert_private(&folder.path());
}

#[tokio::test]
async fn a_folder_that_was_there_before_is_used_and_what_is_in_it_is_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.path()).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();

    let local = Local::start(&folder.path(), &[]);
    drop(local);
    let _fresh = Local::start(&folder.path(), &["--fresh"]);

    assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
    let ours =
        modes(&folder.path()).into_iter().filter(|(path, _)| *path != folder.path() && !path.ends_with("notes.txt"));
    for (path, mode) in ours {
        assert_eq!(mode & 0o077, 0, "{} has the mode {mode:o}", path.display());
    }
}
