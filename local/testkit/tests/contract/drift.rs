//! What is written from the code and lies in the repository: `docs/openapi.json`, and the functions' table of operations.
//! `UPDATE_DOCUMENT=1` has them written anew.

use std::{env, fs, path::Path};

use crate::{document::text, table::table};

#[test]
fn the_document_in_the_repository_is_of_this_code() {
    assert_written("docs/openapi.json", &text());
}

#[test]
fn the_functions_table_of_operations_is_of_the_document() {
    assert_written("shared/src/http/operations.rs", &table());
}

/// Compares a file with what it should be, or writes it.
#[track_caller]
fn assert_written(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if env::var_os("UPDATE_DOCUMENT").is_some() {
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
