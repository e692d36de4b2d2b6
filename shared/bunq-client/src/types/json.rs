//! Objects in bunq's form.

use serde_json::Value;

/// Returns an object without its fields that are null, because bunq rejects those.
#[must_use]
pub fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
