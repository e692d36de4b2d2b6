//! The shape of a JSON value: names and types, without values.

use serde_json::{Map, Value, json};

/// Fields whose values are words of the protocol.
const VOCABULARY: [&str; 9] = [
    "status",
    "sub_status",
    "type",
    "sub_type",
    "category",
    "event_type",
    "error",
    "token_type",
    "authorisation_status",
];
/// Names that are longer are data.
const LONGEST_NAME: usize = 60;

/// Returns the shape of a value in a field.
pub(super) fn shape(field: &str, value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(text) if is_word(field, text) => json!(format!("string: {text}")),
        Value::String(_) => json!("string"),
        Value::Array(values) => {
            let mut shapes: Vec<Value> = Vec::new();
            for shape in values.iter().map(|value| shape(field, value)) {
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            }
            Value::Array(shapes)
        }
        Value::Object(fields) => {
            let shaped = fields.iter().map(|(name, value)| (shown(name), shape(name, value)));
            Value::Object(shaped.collect::<Map<_, _>>())
        }
    }
}

/// Returns whether a text is a word of the protocol, and not data.
pub(super) fn is_word(field: &str, text: &str) -> bool {
    VOCABULARY.contains(&field)
        && (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// Returns the name of a field, unless it looks like data.
fn shown(name: &str) -> String {
    let is_name =
        (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_name { name.to_owned() } else { "(other)".to_owned() }
}
