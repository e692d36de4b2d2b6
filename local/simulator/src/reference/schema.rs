//! The fields of a type with their meaning and values, from its JSON schema.

use serde_json::{Map, Value};

/// A field of an object in JSON.
pub(crate) struct Field {
    pub(crate) name: String,
    /// From the documentation of the field in the code, on one line. Code is in backticks.
    pub(crate) meaning: String,
    /// The values of an enum in JSON, each with its meaning. Empty for other types.
    pub(crate) values: Vec<(String, String)>,
    /// The name of the type, such as `true or false`; empty if the schema has none.
    pub(crate) kind: String,
}

/// The fields of an object in the order of the schema.
pub(crate) fn fields(schema: &Value) -> Vec<Field> {
    fields_of(schema, schema)
}

/// The fields of `object`, a part of `schema`.
pub(crate) fn fields_of(schema: &Value, object: &Value) -> Vec<Field> {
    let none = Map::new();
    let properties = object["properties"].as_object().unwrap_or(&none);
    let field = |(name, field): (&String, &Value)| Field {
        name: name.clone(),
        meaning: text(field),
        values: values(schema, field),
        kind: kind(field),
    };
    properties.iter().map(field).collect()
}

/// The values of an enum field, each with its meaning.
fn values(schema: &Value, field: &Value) -> Vec<(String, String)> {
    let reference =
        |field: &Value| field["$ref"].as_str().and_then(|reference| reference.strip_prefix('#').map(str::to_owned));
    let of_option = || field["anyOf"].as_array().and_then(|variants| variants.iter().find_map(reference));
    let chosen = reference(field).or_else(of_option).and_then(|pointer| schema.pointer(&pointer));
    let variants = chosen.and_then(|schema| schema["oneOf"].as_array());
    variants.into_iter().flatten().map(|variant| (variant["const"].to_string(), text(variant))).collect()
}

/// The name of a field's type.
fn kind(field: &Value) -> String {
    let types = match &field["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect::<Vec<_>>(),
    };
    let format = field["format"].as_str().unwrap_or_default();
    let name = |kind: &str| {
        match (kind, format) {
            ("boolean", _) => "true or false",
            ("integer", format) if format.starts_with('u') => "a whole number, 0 or more",
            ("integer", _) => "a whole number",
            ("string", "ip") => "an IP address",
            ("string", _) => "text",
            ("null", _) => "null",
            (_, _) => "JSON",
        }
        .to_owned()
    };
    types.into_iter().map(name).collect::<Vec<_>>().join(", or ")
}

/// The documentation of a type or field on one line.
fn text(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}
