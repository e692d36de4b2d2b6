//! The template as data: CloudFormation's short forms (`!Ref`) become the long ones. References are not resolved.

use std::{fs, path::Path};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Reads a file of the repository.
pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the template's resources.
pub(crate) fn resources() -> Map<String, Value> {
    let text = read("template.yaml");
    let documents = Yaml::load_from_str(&text).unwrap();
    let Value::Object(resources) = plain(&documents[0])["Resources"].take() else { panic!("no resources") };
    assert!(resources.len() > 90, "all of them are read: {}", resources.len());
    resources
}

fn plain(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) | Yaml::Representation(value, ..) => json!(value),
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(fields) => {
            let field = |(name, value)| (text(name), plain(value));
            Value::Object(fields.iter().map(field).collect())
        }
        Yaml::Tagged(tag, inner) => long_form(&tag.suffix, plain(inner)),
        Yaml::Alias(_) | Yaml::BadValue => panic!("no YAML that we know: {node:?}"),
    }
}

fn text(name: &Yaml<'_>) -> String {
    match plain(name) {
        Value::String(name) => name,
        name => name.to_string(),
    }
}

fn long_form(function: &str, argument: Value) -> Value {
    match (function, argument) {
        ("Ref" | "Condition", argument) => json!({ function: argument }),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap();
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (_, argument) => json!({ format!("Fn::{function}"): argument }),
    }
}
