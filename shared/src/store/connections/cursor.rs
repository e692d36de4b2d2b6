//! The place in a list of connections at which the next page begins.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use crate::types::ids::UserId;

/// The last connection of a page: the next page begins after it. Its text is opaque to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) connected_at: Timestamp,
    pub(super) user_id: UserId,
}

/// The text is not a [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be as the page before returned it")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{}/{}", self.connected_at.as_second(), self.user_id)))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (time, user_id) =
            std::str::from_utf8(&bytes).ok().and_then(|text| text.split_once('/')).ok_or(CursorError)?;
        let time = time.parse().ok().and_then(|second| Timestamp::from_second(second).ok()).ok_or(CursorError)?;
        Ok(Self { connected_at: time, user_id: user_id.parse().map_err(|_| CursorError)? })
    }
}
