//! The fields of request bodies. The bank refuses unknown fields, missing fields, and fields of another type.

use serde_json::{Map, Value};

use crate::settings::Need;
use crate::wire::answer::JSON;
use crate::wire::call::Call;
use crate::wire::refusal::{FieldFault, Refusal};

/// A field that a body may contain.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Numbers,
    Number,
    Flag,
    Struct(&'static [Field]),
    Structs(&'static [Field]),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::Texts => "ARRAY containing STRING",
            Self::Numbers => "ARRAY containing INTEGER",
            Self::Number => "INTEGER",
            Self::Flag => "BOOLEAN",
            Self::Struct(_) => "STRUCT",
            Self::Structs(_) => "ARRAY containing STRUCT",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            Self::Numbers => value.as_array().is_some_and(|all| all.iter().all(Value::is_u64)),
            Self::Number => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::Struct(_) => value.is_object(),
            Self::Structs(_) => value.as_array().is_some_and(|all| all.iter().all(Value::is_object)),
        }
    }
}

/// A required text.
pub(crate) const fn text(name: &'static str) -> Field {
    Field { name, kind: Kind::Text, required: true }
}

/// An optional text.
pub(crate) const fn optional_text(name: &'static str) -> Field {
    Field { name, kind: Kind::Text, required: false }
}

/// An optional list of texts.
pub(crate) const fn optional_texts(name: &'static str) -> Field {
    Field { name, kind: Kind::Texts, required: false }
}

/// An optional list of whole numbers.
pub(crate) const fn optional_numbers(name: &'static str) -> Field {
    Field { name, kind: Kind::Numbers, required: false }
}

/// A required whole number.
pub(crate) const fn number(name: &'static str) -> Field {
    Field { name, kind: Kind::Number, required: true }
}

/// A required boolean.
pub(crate) const fn flag(name: &'static str) -> Field {
    Field { name, kind: Kind::Flag, required: true }
}

/// A required object with these fields.
pub(crate) const fn object(name: &'static str, fields: &'static [Field]) -> Field {
    Field { name, kind: Kind::Struct(fields), required: true }
}

/// A required list of objects with these fields.
pub(crate) const fn objects(name: &'static str, fields: &'static [Field]) -> Field {
    Field { name, kind: Kind::Structs(fields), required: true }
}

impl Field {
    /// The same field as an optional one.
    pub(crate) const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// The same field as a required one.
    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The fields of a valid body.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads the body of a call. It may contain these fields and no others.
    ///
    /// # Errors
    ///
    /// When the body is not a JSON object, or a field is unknown, missing or of another type. The refusal lists every
    /// such field.
    pub(crate) fn read(call: &Call, allowed: &[Field]) -> Result<Self, Refusal> {
        let given = body_of(call)?;
        let mut faults = Vec::new();
        find_faults(allowed, &given, &mut faults);
        if faults.is_empty() { Ok(Self(given)) } else { Err(Refusal::Fields(faults)) }
    }

    /// The text of a field; empty if it is absent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The fields of an object; none if it is absent.
    pub(crate) fn object(&self, name: &str) -> Self {
        Self(self.0.get(name).and_then(Value::as_object).cloned().unwrap_or_default())
    }

    pub(crate) fn objects(&self, name: &str) -> Vec<Self> {
        let all = self.0.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_object).cloned().map(Self).collect()
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<u64> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

fn body_of(call: &Call) -> Result<Map<String, Value>, Refusal> {
    if call.body.is_empty() {
        return Ok(Map::new());
    }
    let content_type = call.header("content-type").and_then(|value| value.split(';').next());
    let says_json = content_type.is_some_and(|value| value.trim().eq_ignore_ascii_case(JSON));
    if call.json_content_type == Need::Required && !says_json {
        return Err(Refusal::unrecorded(400, "a body needs the header Content-Type: application/json."));
    }
    match serde_json::from_slice(&call.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        // The bank treats an empty list as an empty object.
        Ok(Value::Array(elements)) if elements.is_empty() => Ok(Map::new()),
        Ok(_) | Err(_) => Err(Refusal::unrecorded(400, "the body is not a JSON object.")),
    }
}

/// Faults in inner objects have only the field's own name, as at the bank.
fn find_faults(allowed: &[Field], given: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
    let known = |name: &str| allowed.iter().any(|field| field.name == name);
    faults.extend(given.keys().filter(|name| !known(name)).map(|name| FieldFault::Superfluous(name.clone())));
    for field in allowed {
        match given.get(field.name) {
            None | Some(Value::Null) if field.required => faults.push(FieldFault::Missing(field.name)),
            None | Some(Value::Null) => {}
            Some(value) if !field.kind.fits(value) => {
                faults.push(FieldFault::WrongType { field: field.name, expected: field.kind.name() });
            }
            Some(value) => {
                let (Kind::Struct(inner) | Kind::Structs(inner)) = field.kind else { continue };
                let many = value.as_array().into_iter().flatten().filter_map(Value::as_object);
                for object in value.as_object().into_iter().chain(many) {
                    find_faults(inner, object, faults);
                }
            }
        }
    }
}
