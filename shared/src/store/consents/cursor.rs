//! The place in a list of consents at which the next page begins.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::types::ids::ConsentId;

/// The last consent of a page: the next page begins after it. Its text is opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentCursor {
    pub(super) listed_at: u64,
    pub(super) consent_id: ConsentId,
}

/// The text is not a [`ConsentCursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be as the page before returned it")]
pub struct ConsentCursorError;

impl fmt::Display for ConsentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{}/{}", self.listed_at, self.consent_id)))
    }
}

impl FromStr for ConsentCursor {
    type Err = ConsentCursorError;

    fn from_str(cursor: &str) -> Result<Self, ConsentCursorError> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (time, id) = std::str::from_utf8(&bytes).ok()?.split_once('/')?;
            Some(Self { listed_at: time.parse().ok()?, consent_id: id.parse().ok()? })
        };
        read().ok_or(ConsentCursorError)
    }
}

/// Returns a time in epoch microseconds as a text that sorts chronologically.
pub(super) fn sortable(microseconds: u64) -> String {
    format!("{microseconds:020}")
}
