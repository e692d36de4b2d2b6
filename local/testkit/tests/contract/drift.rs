//! Files that are generated from the code and committed: `docs/openapi.json`, the functions' table of operations, and
//! events. `UPDATE_DOCUMENT=1` writes them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use testkit::events;

use crate::{document::text, table::table};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_document_in_the_repository_is_of_this_code() {
    assert_written("docs/openapi.json", &text());
}

#[test]
fn the_functions_table_of_operations_is_of_the_document() {
    assert_written("shared/src/http/operations.rs", &table());
}

/// Returns whether to write the files instead of comparing them.
#[expect(clippy::disallowed_methods, reason = "who runs the test asks for it")]
fn is_update() -> bool {
    env::var_os("UPDATE_DOCUMENT").is_some()
}

/// Compares a file with its expected content, or writes it.
#[track_caller]
fn assert_written(path: &str, text: &str) {
    let file = root().join(path);
    if is_update() {
        fs::write(&file, text).unwrap();
        return;
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let differs = written.lines().zip(text.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| written.lines().count().min(text.lines().count())) + 1;
    assert!(
        written == text,
        "{path} is not what the code says, from line {line} on. Write it with\n    UPDATE_DOCUMENT=1 cargo test -p testkit --test contract drift\nand read the difference."
    );
}

/// Returns the events in the repository without a special case. The others have a second word in their names.
fn plain_events() -> Vec<String> {
    let folders = fs::read_dir(root().join("events")).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names = Vec::new();
    for folder in folders {
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            if file.matches('.').count() == 1 {
                names.push(format!("{}/{file}", folder.file_name().to_str().unwrap()));
            }
        }
    }
    names
}

#[test]
fn the_events_in_the_repository_are_of_the_document() {
    let generated = events::generated();
    let text = |name: &str| serde_json::to_string_pretty(&generated[name]).unwrap() + "\n";
    let path = |name: &str| root().join("events").join(name);
    let written = |name: &str| fs::read_to_string(path(name)).unwrap_or_default();
    let mut wrong: Vec<_> = plain_events().into_iter().filter(|name| !generated.contains_key(name)).collect();
    if is_update() {
        for name in &wrong {
            fs::remove_file(path(name)).unwrap();
        }
        for name in generated.keys() {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text(name)).unwrap();
        }
        return;
    }
    wrong.extend(generated.keys().filter(|name| written(name) != text(name)).cloned());
    assert!(
        wrong.is_empty(),
        "These events are not what the document says: {wrong:?}. Write them with\n    UPDATE_DOCUMENT=1 cargo test -p testkit --test contract drift\nand read the difference."
    );
}
