//! What the bootstrap contains, and what it does not contain.

use std::fs;

use serde_json::Value;

/// The words that the API document uses for an operation. A program that builds the document contains them.
fn words() -> Vec<String> {
    let document: Value = serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let operations: Vec<_> = items.flat_map(|item| item.as_object().unwrap().values()).collect();
    let of_users = operations.into_iter().filter(|operation| operation["tags"][0] == "users");
    of_users.map(|operation| operation["description"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_holds_its_paths_and_nothing_that_builds_the_document() {
    let program = fs::read(env!("CARGO_BIN_EXE_users")).unwrap();
    let program = String::from_utf8_lossy(&program);
    let words = words();
    assert!(words.len() > 4, "{words:?}");

    assert!(program.contains("/user/{user_id}/accounts"), "what is in the program is found");
    for words in words {
        assert!(!program.contains(&words), "{words}");
    }
}
