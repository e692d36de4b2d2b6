//! The formats of a list of transactions.

use axum::http::HeaderMap;
use shared::http::preferred;

/// A format, which the caller chooses by the header `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    /// camt.053.001.08 of ISO 20022.
    Camt,
}

impl Format {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        // RFC 7303: both types of XML are the same.
        let others = [(Self::Csv, "text/csv"), (Self::Camt, "application/xml"), (Self::Camt, "text/xml")];
        preferred(headers, (Self::Json, "application/json"), &others)
    }

    /// Returns the header `Content-Type` of the answer.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            // RFC 4180 section 3. Without a charset, readers assume US-ASCII.
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Camt => "application/xml",
        }
    }
}
