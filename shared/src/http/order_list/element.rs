//! An element of a list, as bunq wrote it, with what following needs of it, as far as it is there.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{http::Problem, types::schedule::BankTime};

/// An element of any kind: an object with one key that names its type.
#[derive(Clone, Debug)]
pub struct Element {
    text: String,
    object: Value,
}

#[derive(Deserialize)]
struct Listing<'a> {
    #[serde(rename = "Response", borrow)]
    response: Vec<&'a RawValue>,
}

impl Element {
    /// Reads the elements of an answer.
    ///
    /// # Errors
    /// A [`Problem`] if it is no answer of bunq's.
    pub fn read_all(body: &[u8]) -> Result<Vec<Self>, Problem> {
        let listing: Listing<'_> = serde_json::from_slice(body).map_err(|_| Problem::bank_not_understood())?;
        Ok(listing.response.into_iter().map(|element| Self::read(element.get())).collect())
    }

    fn read(text: &str) -> Self {
        let element = serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        Self { text: text.to_owned(), object: element.into_iter().next().map(|(_, object)| object).unwrap_or_default() }
    }

    /// As bunq wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is in it.
    #[must_use]
    pub const fn object(&self) -> &Value {
        &self.object
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.object.get("id")?.as_u64()
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.object.get("status")?.as_str()
    }

    /// When it was made.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.time("created")
    }

    /// A time of it.
    #[must_use]
    pub fn time(&self, field: &str) -> Option<Timestamp> {
        self.object.get(field)?.as_str()?.parse::<BankTime>().ok().map(BankTime::timestamp)
    }
}
