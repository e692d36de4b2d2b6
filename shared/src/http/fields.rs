//! A JSON body, read field by field: every error at once, each with its JSON pointer (RFC 6901). Numbers keep the text they were written
//! with, so that an amount never passes through a float; a field that is not asked for is refused by name; so is one that comes twice.

use std::{fmt, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::header::CONTENT_TYPE;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Problem, Reason};

/// How many elements a list may have, and how many reasons an answer.
const LONGEST_LIST: usize = 100;
/// A payment's description takes 9000 characters; nothing else is long.
const LARGEST_BODY: usize = 64 * 1024;

/// The fields of an object, in order.
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
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A JSON object under reading.
pub struct Fields {
    pointer: String,
    members: Vec<(String, Box<RawValue>)>,
    reasons: Vec<Reason>,
}

impl Fields {
    fn read(pointer: &str, text: &str) -> Option<Self> {
        let Members(members) = serde_json::from_str(text).ok()?;
        let mut fields = Self { pointer: pointer.to_owned(), members, reasons: Vec::new() };
        let mut names: Vec<_> = fields.members.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        for pair in names.windows(2) {
            if let [one, other] = pair
                && one == other
            {
                fields.refuse(one, "is there twice");
            }
        }
        Some(fields)
    }

    /// How much is wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Notes what is wrong with a field.
    pub fn refuse(&mut self, name: &str, detail: &str) {
        let name = name.replace('~', "~0").replace('/', "~1");
        self.reasons.push(Reason { pointer: Some(format!("{}/{name}", self.pointer)), detail: detail.to_owned() });
    }

    fn take(&mut self, name: &str) -> Option<Box<RawValue>> {
        let at = self.members.iter().position(|(member, _)| member == name)?;
        let (_, value) = self.members.remove(at);
        (value.get() != "null").then_some(value)
    }

    /// A field's text; `None` where it is absent or null. As a number only where `numbers` allows it, and then as it was written.
    fn text(&mut self, name: &str, numbers: bool) -> Option<String> {
        let value = self.take(name)?;
        let text = match value.get().bytes().next() {
            Some(b'"') => serde_json::from_str(value.get()).ok(),
            Some(b'-' | b'0'..=b'9') if numbers => Some(value.get().to_owned()),
            _ => None,
        };
        if text.is_none() {
            self.refuse(name, if numbers { "must be a string or a number" } else { "must be a string" });
        }
        text
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, numbers: bool) -> Option<T> {
        let text = self.text(name, numbers)?;
        text.parse().map_err(|error: T::Err| self.refuse(name, &error.to_string())).ok()
    }

    /// A string that may be there.
    pub fn optional<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, false)
    }

    /// A number, or a string that says one, that may be there.
    pub fn optional_number<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, true)
    }

    /// A string that must be there.
    pub fn required<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.or_required(name, false)
    }

    /// A number, or a string that says one, that must be there.
    pub fn required_number<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        self.or_required(name, true)
    }

    fn or_required<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, numbers: bool) -> Option<T> {
        let before = self.reasons.len();
        let value = self.parsed(name, numbers);
        if value.is_none() && self.reasons.len() == before {
            self.refuse(name, "is required");
        }
        value
    }

    /// An object that may be there, read by `read`.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let value = self.take(name)?;
        let Some(mut inner) = Self::read(&format!("{}/{name}", self.pointer), value.get()) else {
            self.refuse(name, "must be an object");
            return None;
        };
        let read = read(&mut inner);
        self.reasons.extend(inner.close());
        read
    }

    /// An object that must be there, read by `read`.
    pub fn required_object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.reasons.len();
        let value = self.object(name, read);
        if value.is_none() && self.reasons.len() == before {
            self.refuse(name, "is required");
        }
        value
    }

    /// A list that may be there, of numbers or strings that say them.
    pub fn list_of_numbers<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Vec<T> {
        let Some(value) = self.take(name) else { return Vec::new() };
        let elements = serde_json::from_str::<Vec<Box<RawValue>>>(value.get()).ok();
        let Some(elements) = elements.filter(|elements| elements.len() <= LONGEST_LIST) else {
            self.refuse(name, "must be a list of at most 100");
            return Vec::new();
        };
        let mut inner = Self {
            pointer: format!("{}/{name}", self.pointer),
            members: elements.into_iter().enumerate().map(|(at, element)| (at.to_string(), element)).collect(),
            reasons: Vec::new(),
        };
        let names: Vec<_> = inner.members.iter().map(|(name, _)| name.clone()).collect();
        let read = names.iter().filter_map(|name| inner.required_number(name)).collect();
        self.reasons.extend(inner.close());
        read
    }

    /// What was wrong, with everything that nobody asked for.
    fn close(mut self) -> Vec<Reason> {
        let mut unknown: Vec<_> = std::mem::take(&mut self.members).into_iter().map(|(name, _)| name).collect();
        unknown.dedup();
        for name in unknown.into_iter().take(LONGEST_LIST) {
            self.refuse(&name, "is not a field of this request");
        }
        self.reasons
    }
}

/// A body whose text is JSON's, still to be read.
#[derive(Debug)]
pub struct JsonBody(Bytes);

impl JsonBody {
    /// Reads the fields; `read` answers `None` where it noted what is missing.
    ///
    /// # Errors
    /// A [`Problem`] with every reason.
    pub fn read<T>(&self, read: impl FnOnce(&mut Fields) -> Option<T>) -> Result<T, Problem> {
        let text = std::str::from_utf8(&self.0).ok().filter(|text| !text.trim().is_empty());
        let fields = Fields::read("", text.unwrap_or("{}"));
        let mut fields = fields.ok_or_else(|| Problem::invalid("body", "must be a JSON object"))?;
        let read = read(&mut fields);
        match (read, fields.close()) {
            (Some(read), reasons) if reasons.is_empty() => Ok(read),
            (_, reasons) => Err(Problem::invalid_fields(reasons)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Problem::invalid("content-type", "must be application/json"));
        }
        let body = Bytes::from_request(request, state).await.ok().filter(|body| body.len() <= LARGEST_BODY);
        body.map(Self).ok_or_else(|| Problem::invalid("body", "must be at most 64 KB, and arrive whole"))
    }
}
