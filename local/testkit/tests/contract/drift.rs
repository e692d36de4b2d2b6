//! `docs/openapi.json` is what the code says. `UPDATE_DOCUMENT=1` has it written anew.

use std::{env, fs, path::Path};

use crate::document::text;

#[test]
fn the_document_in_the_repository_is_of_this_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let text = text();
    if env::var_os("UPDATE_DOCUMENT").is_some() {
        fs::write(&path, &text).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(text.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| written.lines().count().min(text.lines().count())) + 1;
    assert!(
        written == text,
        "docs/openapi.json is not what the code says, from line {line} on. Write it with\n    UPDATE_DOCUMENT=1 cargo test -p testkit --test contract drift\nand read the difference."
    );
}
