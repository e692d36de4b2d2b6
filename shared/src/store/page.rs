//! Pages of a list that an index of keys and times yields, newest first.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{error::StoreError, item::Item};

/// The last entry of a page: the next page begins after it. Its text is opaque to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageCursor<T, I> {
    pub(super) time: T,
    pub(super) id: I,
}

/// The text is not a [`PageCursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be as the page before returned it")]
pub struct CursorError;

impl<T: fmt::Display, I: fmt::Display> fmt::Display for PageCursor<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{}/{}", self.time, self.id)))
    }
}

impl<T: FromStr, I: FromStr> FromStr for PageCursor<T, I> {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (time, id) = std::str::from_utf8(&bytes).ok().and_then(|text| text.split_once('/')).ok_or(CursorError)?;
        let (time, id) = (time.parse().map_err(|_| CursorError)?, id.parse().map_err(|_| CursorError)?);
        Ok(Self { time, id })
    }
}

/// A partition of an index, whose entries are sorted by the attribute `sort_key`.
pub(super) struct Partition {
    pub(super) index: &'static str,
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) sort_key: &'static str,
}

/// Returns the string attribute `name` of an entry in an index.
///
/// # Errors
/// Returns [`StoreError::Undecodable`] if the entry has no such attribute, or if it is not a string.
pub(super) fn attribute<'a>(entry: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    entry.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(StoreError::Undecodable)
}
