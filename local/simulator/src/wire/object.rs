//! JSON objects whose keys stay in the order in which they are written, which is the order of the bank.
//!
//! `serde_json` sorts keys, unless a feature is on that cargo would turn on for every crate that is built together with
//! this one. A client would then run differently here than elsewhere.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// A JSON object. [`object!`] writes one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Box<RawValue>)>);

impl Object {
    /// This object with one more key.
    pub(crate) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        // Only maps whose keys are no text cannot be written, and there are none.
        let value = to_raw_value(&value).unwrap_or_else(|_| RawValue::NULL.to_owned());
        self.0.push((name, value));
        self
    }

    /// This object with one more key, if there is a value.
    pub(crate) fn with_some<T: Serialize>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// This object with the keys of another one behind its own.
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

/// Writes an [`Object`]: `object! { "id": 7, "name"?: name }`. A key with a question mark takes an `Option` and is left
/// out where there is nothing.
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
