//! Reads a JSON body field by field. Reports every error at once, each with its JSON Pointer (RFC 6901). Numbers keep
//! their original digits, so that an amount never becomes a float. An unknown or duplicate field is rejected by name.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};

use super::super::{Place, Reasons};

/// The maximum number of elements of a list.
pub(super) const LONGEST_LIST: usize = 100;
/// The maximum number of fields of an object. None of our objects has more than twenty.
const MOST_FIELDS: usize = 100;

/// The fields of an object, in order. Holds at most one more than [`MOST_FIELDS`], so that a larger object is detected.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while members.len() <= MOST_FIELDS {
                    let Some(member) = map.next_entry()? else { break };
                    members.push(member);
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The named schemas of an OpenAPI document.
pub type NamedSchemas = Vec<(String, RefOr<Schema>)>;

/// The type of a body field. It defines how the field is read and its schema in the document. Stands beside [`Fields`]
/// because each is in the signatures of the other.
pub trait BodyField: Sized {
    /// Reads the field. Returns `None` if the field is absent or null, or if it is invalid. An invalid field is
    /// recorded as a reason.
    fn take(fields: &mut Fields, name: &str) -> Option<Self>;

    /// Returns the schema, or a reference to it.
    fn schema() -> RefOr<Schema>;

    /// Adds the schemas that [`Self::schema`] refers to.
    fn register(_: &mut NamedSchemas) {}
}

/// The fields of a JSON object while it is read. A field that was read is removed.
pub struct Fields {
    pointer: String,
    members: Vec<(String, Box<RawValue>)>,
    reasons: Reasons,
    refuses_nulls: bool,
}

impl Fields {
    /// Parses a JSON object. `pointer` is the JSON Pointer of the object in the body.
    ///
    /// # Errors
    /// Returns the reason if the text is not an object, or has more than [`MOST_FIELDS`] fields. A duplicate field is
    /// recorded as a reason instead.
    pub(super) fn read(pointer: &str, text: &str) -> Result<Self, &'static str> {
        let Members(members) = serde_json::from_str(text).map_err(|_| "must be an object")?;
        if members.len() > MOST_FIELDS {
            return Err("must have at most 100 fields");
        }
        let mut fields =
            Self { pointer: pointer.to_owned(), members, reasons: Reasons::default(), refuses_nulls: false };
        let (mut names, mut duplicates) = (BTreeSet::new(), BTreeSet::new());
        // Only the first is read, so that the others are not also refused as unknown fields.
        fields.members.retain(|(name, _)| {
            let is_first = names.insert(name.clone());
            if !is_first {
                duplicates.insert(name.clone());
            }
            is_first
        });
        for name in duplicates {
            fields.refuse(&name, "is duplicated");
        }
        Ok(fields)
    }

    /// Returns the number of errors that were recorded in this object so far.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.reasons.total()
    }

    /// Records why a field is invalid.
    pub fn refuse(&mut self, name: &str, detail: &str) {
        let name = name.replace('~', "~0").replace('/', "~1");
        self.reasons.push(Place::Body(&format!("{}/{name}", self.pointer)), detail);
    }

    fn take(&mut self, name: &str) -> Option<Box<RawValue>> {
        let at = self.members.iter().position(|(member, _)| member == name)?;
        let (_, value) = self.members.remove(at);
        let is_null = value.get() == "null";
        if is_null && self.refuses_nulls {
            self.refuse(name, "must not be null");
        }
        (!is_null).then_some(value)
    }

    /// Returns the text of a field, or `None` if the field is absent, null or invalid. A number is accepted only if
    /// `numbers` is true, and keeps its original digits.
    fn text(&mut self, name: &str, numbers: bool) -> Option<String> {
        let value = self.take(name)?;
        let text = match value.get().bytes().next() {
            // JSON can escape half of a surrogate pair, which is not a valid Unicode character.
            Some(b'"') => serde_json::from_str(value.get()).map_err(|_| "must be valid Unicode"),
            Some(b'-' | b'0'..=b'9') if numbers => Ok(value.get().to_owned()),
            _ if numbers => Err("must be a string or a number"),
            _ => Err("must be a string"),
        };
        text.map_err(|must| self.refuse(name, must)).ok()
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, numbers: bool) -> Option<T> {
        let text = self.text(name, numbers)?;
        text.parse().map_err(|error: T::Err| self.refuse(name, &error.to_string())).ok()
    }

    /// Reads an optional string, and parses it.
    pub fn string<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, false)
    }

    /// Reads an optional number, or a string that contains one, and parses it.
    pub fn number<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, true)
    }

    /// Reads an optional `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.take(name)?;
        serde_json::from_str(value.get()).map_err(|_| self.refuse(name, "must be true or false")).ok()
    }

    /// Reads an optional object with the function `read`.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let value = self.take(name)?;
        let inner = Self::read(&format!("{}/{name}", self.pointer), value.get());
        let mut inner = inner.map_err(|must| self.refuse(name, must)).ok()?;
        let read = read(&mut inner);
        self.reasons.append(inner.close());
        read
    }

    /// Reads an optional list. The result contains only the valid elements. Invalid elements are recorded as reasons.
    pub fn list<T: BodyField>(&mut self, name: &str) -> Option<Vec<T>> {
        let value = self.take(name)?;
        let elements = serde_json::from_str::<Vec<Box<RawValue>>>(value.get()).ok();
        let Some(elements) = elements.filter(|elements| elements.len() <= LONGEST_LIST) else {
            self.refuse(name, "must be a list of at most 100");
            return None;
        };
        let mut inner = Self {
            pointer: format!("{}/{name}", self.pointer),
            members: elements.into_iter().enumerate().map(|(at, element)| (at.to_string(), element)).collect(),
            reasons: Reasons::default(),
            refuses_nulls: self.refuses_nulls,
        };
        let names: Vec<_> = inner.members.iter().map(|(name, _)| name.clone()).collect();
        let read = names.iter().filter_map(|name| inner.required(name)).collect();
        self.reasons.append(inner.close());
        Some(read)
    }

    /// Reads a required field. Its type defines how it is read. A missing field is recorded as a reason.
    pub fn required<T: BodyField>(&mut self, name: &str) -> Option<T> {
        let before = self.faults();
        let value = T::take(self, name);
        if value.is_none() && self.faults() == before {
            self.refuse(name, "is required");
        }
        value
    }

    /// Reads the field that selects one of several bodies, and returns its name. If the field is absent, returns the
    /// first of `names`. From then on, every null is rejected, because a missing value in a program must not select
    /// another meaning. If the name is unknown, the allowed fields are unknown too, so the other fields are not
    /// checked.
    pub fn tag(&mut self, tag: &str, names: &[&'static str]) -> Option<&'static str> {
        self.refuses_nulls = true;
        let before = self.faults();
        let text = self.string::<String>(tag);
        let known = match &text {
            Some(text) => names.iter().find(|name| *name == text),
            None => names.first().filter(|_| self.faults() == before),
        };
        if known.is_none() {
            if text.is_some() {
                self.refuse(tag, &must_be_one_of(names));
            }
            self.members.clear();
        }
        known.copied()
    }

    /// Returns all recorded reasons. Each field that was not read is recorded as unknown.
    pub(super) fn close(mut self) -> Reasons {
        for (name, _) in std::mem::take(&mut self.members) {
            self.refuse(&name, "is not a field of this request");
        }
        self.reasons
    }
}

/// Returns a text such as `must be a, b or c`.
fn must_be_one_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("must be {} or {last}", others.join(", ")),
        _ => format!("must be {}", names.concat()),
    }
}
