//! JSON objects that keep the order of their keys, which is the order of the bank.
//!
//! `serde_json` sorts keys, except with a feature that cargo would enable for every crate in the same build. A client
//! would then behave differently here than elsewhere.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// A JSON object. The macro [`object!`] creates one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Box<RawValue>)>);

impl Object {
    /// Adds a key.
    pub(crate) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        // Only maps with keys that are not text fail to serialize, and no answer has one.
        let value = to_raw_value(&value).unwrap_or_else(|_| RawValue::NULL.to_owned());
        self.0.push((name, value));
        self
    }

    /// Adds a key if there is a value.
    pub(crate) fn with_some<T: Serialize>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds the keys of another object after the own ones.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Creates an [`Object`]: `object! { "id": 7, "name"?: name }`. A key with a question mark takes an `Option`, and is
/// absent for `None`.
macro_rules! object {
    (@ $object:expr;) => { $object };
    (@ $object:expr; $name:literal ?: $value:expr $(, $($rest:tt)*)?) => {
        object!(@ $object.with_some($name, $value); $($($rest)*)?)
    };
    (@ $object:expr; $name:literal : $value:expr $(, $($rest:tt)*)?) => {
        object!(@ $object.with($name, &$value); $($($rest)*)?)
    };
    ($($all:tt)*) => { object!(@ $crate::wire::object::Object::default(); $($all)*) };
}

pub(crate) use object;

#[cfg(test)]
mod tests {
    #[test]
    fn keys_stay_in_their_order_at_every_depth_and_options_are_left_out() {
        let inner = object! { "z": 1, "a": [object! { "y": "ü\"", "b": () }] };
        let nothing: Option<u8> = None;

        let object = object! { "second": inner, "none"?: nothing, "first"?: Some(true) }.and(object! { "": 0 });

        let text = serde_json::to_string(&object).unwrap();
        assert_eq!(text, r#"{"second":{"z":1,"a":[{"y":"ü\"","b":null}]},"first":true,"":0}"#);
    }
}
