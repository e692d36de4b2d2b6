//! An element of a list, as bunq wrote it, and the fields of it that this API reads. Each field is optional.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{http::Problem, types::schedule::BankTime};

/// An element of any type. On the wire, it is an object with one key that names the type.
#[derive(Clone, Debug)]
pub struct RawElement {
    text: String,
    object: Value,
}

#[derive(Deserialize)]
struct Listing<'a> {
    #[serde(rename = "Response", borrow)]
    response: Vec<&'a RawValue>,
}

impl RawElement {
    /// Parses the elements of an answer.
    ///
    /// # Errors
    /// Returns `bank_unavailable` if the answer is not a list in bunq's format.
    pub fn read_all(body: &[u8]) -> Result<Vec<Self>, Problem> {
        let listing: Listing<'_> = serde_json::from_slice(body).map_err(|_| Problem::bank_not_understood())?;
        Ok(listing.response.into_iter().map(|element| Self::read(element.get())).collect())
    }

    fn read(text: &str) -> Self {
        let element = serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        Self { text: text.to_owned(), object: element.into_iter().next().map(|(_, object)| object).unwrap_or_default() }
    }

    /// Returns the text of the element as bunq wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the whole element: an object with one key, which names the type.
    #[must_use]
    pub fn whole(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Returns the object inside the key that names the type.
    #[must_use]
    pub const fn object(&self) -> &Value {
        &self.object
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.object.get("id")?.as_u64()
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.object.get("status")?.as_str()
    }

    /// Returns the time of creation.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.time("created")
    }

    /// Returns the time in `field`, or `None` if it is absent or invalid.
    #[must_use]
    pub fn time(&self, field: &str) -> Option<Timestamp> {
        self.object.get(field)?.as_str()?.parse::<BankTime>().ok().map(BankTime::timestamp)
    }
}
