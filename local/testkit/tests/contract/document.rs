//! The document as JSON, and functions that walk through it.

use serde_json::{Value, json};
use shared::types::{
    counterparty::{Address, CounterpartyType},
    text::check_visible,
};
pub(crate) use testkit::{Operation, operations};

/// Returns the document as it is written to the repository.
pub(crate) fn text() -> String {
    serde_json::to_string_pretty(&local::document()).unwrap() + "\n"
}

pub(crate) fn document() -> Value {
    serde_json::to_value(local::document()).unwrap()
}

/// Returns the target of a reference, or the value itself.
pub(crate) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').unwrap();
            document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value,
    }
}

/// Returns a schema of the document that works on its own.
pub(crate) fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut root = schema.clone();
    // References begin with `#/components/…`, so the components are included.
    root["components"] = json!({ "schemas": document["components"]["schemas"] });
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let iban = |text: &str| Address::parse(CounterpartyType::Iban, text).is_ok();
    let visible = |text: &str| check_visible(text).is_ok();
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("iban", iban)
        .with_format("visible-text", visible)
        .build(&root)
        .unwrap()
}

/// Returns what is wrong with a value. Empty if the value is valid.
pub(crate) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    list(&validator(document, schema), value)
}

/// Does the same with a validator that was made before.
pub(crate) fn list(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Returns every reference in a value.
pub(crate) fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
