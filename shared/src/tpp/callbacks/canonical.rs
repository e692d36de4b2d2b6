//! The fingerprint of an object of the bank: the same for equal objects, whatever the order of their fields.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Fields that change although the object does not: bunq writes new addresses of the same picture or file.
const MOVING: [&str; 2] = ["avatar", "urls"];

/// Returns SHA-256 of an object in hex, without fields that change by themselves.
pub(super) fn fingerprint(object: &Value) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, object);
    format!("{:x}", hash.finalize())
}

/// Adds a value with its fields in the order of their names. Each part is followed by a byte that ends it, so that two
/// different values are never the same bytes.
fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(name, _)| !MOVING.contains(&name.as_str())).collect();
            fields.sort_by_key(|(name, _)| *name);
            hash.update(b"{");
            for (name, value) in fields {
                add_text(hash, name);
                add(hash, value);
            }
            hash.update(b"}");
        }
        Value::Array(elements) => {
            hash.update(b"[");
            elements.iter().for_each(|element| add(hash, element));
            hash.update(b"]");
        }
        Value::String(text) => add_text(hash, text),
        // Numbers, booleans and null consist of other characters than the ends.
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            hash.update(value.to_string());
            hash.update(b",");
        }
    }
}

fn add_text(hash: &mut Sha256, text: &str) {
    hash.update(b"\"");
    // The length, because a text can contain every character.
    hash.update(text.len().to_string());
    hash.update(b":");
    hash.update(text);
}
