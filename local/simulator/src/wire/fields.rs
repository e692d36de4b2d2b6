//! The fields of a request body. The bank refuses a field it does not know, one it does not find, and one of another
//! type.

use serde_json::{Map, Value};

use crate::wire::answer::JSON;
use crate::wire::call::Call;
use crate::wire::refusal::{FieldFault, Refusal};

/// A field that a body may hold.
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::Texts => "ARRAY containing STRING",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        }
    }
}

/// A text that must be there.
pub(crate) const fn text(name: &'static str) -> Field {
    Field { name, kind: Kind::Text, required: true }
}

/// A text that may be there.
pub(crate) const fn optional_text(name: &'static str) -> Field {
    Field { name, kind: Kind::Text, required: false }
}

/// A list of texts that may be there.
pub(crate) const fn optional_texts(name: &'static str) -> Field {
    Field { name, kind: Kind::Texts, required: false }
}

/// The fields of a body that was found right.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads the body of a call that may hold these fields and no others.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the body, each fault as an element of its own.
    pub(crate) fn read(call: &Call, allowed: &[Field]) -> Result<Self, Refusal> {
        let given = object(call)?;
        let known = |name: &str| allowed.iter().any(|field| field.name == name);
        let superfluous = given.keys().filter(|name| !known(name)).map(|name| FieldFault::Superfluous(name.clone()));
        let faults: Vec<FieldFault> =
            superfluous.chain(allowed.iter().filter_map(|field| fault(field, &given))).collect();
        if faults.is_empty() { Ok(Self(given)) } else { Err(Refusal::Fields(faults)) }
    }

    /// The text of a field; nothing when it was left out.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

fn object(call: &Call) -> Result<Map<String, Value>, Refusal> {
    if call.body.is_empty() {
        return Ok(Map::new());
    }
    let content_type = call.header("content-type").and_then(|value| value.split(';').next());
    if !content_type.is_some_and(|value| value.trim().eq_ignore_ascii_case(JSON)) {
        return Err(Refusal::unrecorded(400, "a body needs the header Content-Type: application/json."));
    }
    match serde_json::from_slice(&call.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        // To the bank an empty list and an empty object are the same.
        Ok(Value::Array(elements)) if elements.is_empty() => Ok(Map::new()),
        Ok(_) | Err(_) => Err(Refusal::unrecorded(400, "the body is not a JSON object.")),
    }
}

fn fault(field: &Field, given: &Map<String, Value>) -> Option<FieldFault> {
    match given.get(field.name) {
        None | Some(Value::Null) => field.required.then_some(FieldFault::Missing(field.name)),
        Some(value) => (!field.kind.fits(value))
            .then_some(FieldFault::WrongType { field: field.name, expected: field.kind.name() }),
    }
}
