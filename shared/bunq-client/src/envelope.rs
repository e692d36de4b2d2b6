//! bunq's envelope: `{"Response":[{"<Type>":{…}}, …], "Pagination":{…}}` or `{"Error":[…]}`. Elements are found by key,
//! never by position.

use std::fmt;

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::{redaction::SentCredentials, refusal::BankText};

/// The longest key of a map in the path of an error, which is logged. bunq's longest has about 50 characters.
const LONGEST_NAME: usize = 64;

/// A successful and verified answer of the bank, as the bank wrote it.
#[derive(Clone)]
pub struct Verified {
    /// The raw body.
    pub body: Bytes,
    /// bunq's `X-Bunq-Client-Response-Id`, which its support asks for.
    pub response_id: Option<String>,
}

/// Omits the body, which contains names, IBANs and tokens.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("bytes", &self.body.len()).field("response_id", &self.response_id).finish()
    }
}

/// The answer does not have the form that the bank documents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The body is not JSON, or is JSON of another shape.
    #[error("the answer is not an envelope")]
    NotAnEnvelope,
    /// The body contains `Error` although the status is a success.
    #[error("the answer is an error with a status of success")]
    ErrorInSuccess,
    /// A required element is missing.
    #[error("the answer has no {0}")]
    Missing(&'static str),
    /// A field has another type than documented, or a field in it is missing. Contains the field's path, which begins
    /// with the element's type: `UserApiKey.granted_by_user`. A path consists of names and indexes only, never of
    /// values.
    #[error("the answer's {0} has another shape")]
    Shape(String),
}

impl DecodeError {
    /// Makes a [`Self::Shape`] for a path in an element.
    fn shape(element: &str, path: &Path) -> Self {
        let is_name = |key: &str| {
            key.len() <= LONGEST_NAME && key.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        };
        let below = path.iter().map(|segment| match segment {
            Segment::Seq { index } => format!("[{index}]"),
            Segment::Map { key: name } | Segment::Enum { variant: name } if is_name(name) => format!(".{name}"),
            // The key of a map can be any text, including personal data.
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => ".?".to_owned(),
        });
        Self::Shape(std::iter::once(element.to_owned()).chain(below).collect())
    }
}

/// Reads an element of an answer.
///
/// # Errors
/// Returns [`DecodeError::Shape`] with the path of the first field that does not fit.
pub fn read_element<'de, T: Deserialize<'de>>(element: &str, value: impl Deserializer<'de>) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(value).map_err(|error| DecodeError::shape(element, error.path()))
}

#[derive(Deserialize)]
struct Wire<R, E> {
    #[serde(rename = "Response")]
    response: Option<Vec<R>>,
    #[serde(rename = "Error")]
    error: Option<E>,
}

impl<R: DeserializeOwned, E: DeserializeOwned> Wire<R, E> {
    /// Returns the elements of a successful envelope.
    fn elements(body: &[u8]) -> Result<Vec<R>, DecodeError> {
        match serde_json::from_slice(body).map_err(|_| DecodeError::NotAnEnvelope)? {
            Self { error: Some(_), .. } => Err(DecodeError::ErrorInSuccess),
            Self { response: Some(elements), .. } => Ok(elements),
            Self { .. } => Err(DecodeError::NotAnEnvelope),
        }
    }
}

type Elements = Wire<Map<String, Value>, Vec<BankText>>;

/// Returns the texts of an error envelope. Empty if the body is another one.
fn texts(body: &[u8]) -> Vec<BankText> {
    serde_json::from_slice::<Elements>(body).ok().and_then(|wire| wire.error).unwrap_or_default()
}

/// The elements of a successful answer.
pub struct Envelope(Vec<(String, Value)>);

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Envelope {
    /// Reads a body.
    ///
    /// # Errors
    /// Returns [`DecodeError::NotAnEnvelope`] if the body is not an envelope, and [`DecodeError::ErrorInSuccess`] if it
    /// is an error envelope.
    pub fn parse(body: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(Elements::elements(body)?.into_iter().flatten().collect()))
    }

    /// Checks that a body is a successful envelope, without keeping its content, for answers that are passed on
    /// unchanged.
    ///
    /// # Errors
    /// The same as of [`Self::parse`].
    pub fn check(body: &[u8]) -> Result<(), DecodeError> {
        Wire::<IgnoredAny, IgnoredAny>::elements(body).map(drop)
    }

    /// Returns the texts of a failed answer, without the credentials that the call sent. Empty if the body is not
    /// bunq's error envelope.
    #[must_use]
    pub fn error_texts(body: &[u8], sent: &SentCredentials) -> Vec<BankText> {
        sent.redact_texts(texts(body))
    }

    /// Returns whether a body is bunq's error envelope: an `Error` list whose elements are objects, with at least one
    /// text.
    #[must_use]
    pub fn is_refusal(body: &[u8]) -> bool {
        texts(body).iter().any(|text| !text.text().is_empty())
    }

    /// Returns the first element of a type.
    ///
    /// # Errors
    /// Returns [`DecodeError::Missing`] if there is none, [`DecodeError::Shape`] if it has another shape.
    pub fn find<T: DeserializeOwned>(&self, key: &'static str) -> Result<T, DecodeError> {
        self.find_optional(key)?.ok_or(DecodeError::Missing(key))
    }

    /// Returns the first element of a type, if there is one.
    ///
    /// # Errors
    /// Returns [`DecodeError::Shape`] if it has another shape.
    pub fn find_optional<T: DeserializeOwned>(&self, key: &'static str) -> Result<Option<T>, DecodeError> {
        let element = self.0.iter().find(|(name, _)| name == key);
        element.map(|(_, value)| read_element(key, value)).transpose()
    }

    /// Returns the elements of every type, in order, without the keys that name their types.
    pub fn objects(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, object)| object)
    }

    /// Returns the elements of every type, in order, each with the key that names its type.
    pub fn elements(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, object)| (name.as_str(), object))
    }

    /// Returns all elements of a type, and skips the others.
    ///
    /// # Errors
    /// Returns [`DecodeError::Shape`] if one of them has another shape.
    pub fn all<T: DeserializeOwned>(&self, key: &'static str) -> Result<Vec<T>, DecodeError> {
        let elements = self.0.iter().filter(|(name, _)| name == key);
        elements.map(|(_, value)| read_element(key, value)).collect()
    }
}
